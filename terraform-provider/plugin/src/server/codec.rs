//! Between wire values and values.

use super::reply::Reply;
use super::served::Shape;
use crate::call::Deferral;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::value::{CodecError, Type, Value, json, msgpack};
use crate::wire::tfplugin6 as wire;

/// Reads a value; nothing at all is null.
pub(super) fn decode(value: Option<&wire::DynamicValue>, ty: &Type) -> Result<Value, CodecError> {
    match value {
        Some(value) if !value.msgpack.is_empty() => msgpack::decode(&value.msgpack, ty),
        Some(value) if !value.json.is_empty() => json::decode(&value.json, ty),
        _ => Ok(Value::Null),
    }
}

/// Writes a value as MessagePack.
pub(super) fn encode(value: &Value, ty: &Type) -> Result<wire::DynamicValue, CodecError> {
    Ok(wire::DynamicValue {
        msgpack: msgpack::encode(value, ty)?,
        json: Vec::new(),
    })
}

impl Shape {
    pub(super) fn decode(&self, value: Option<&wire::DynamicValue>) -> Reply<Value> {
        decode(value, &self.ty).map_err(|error| self.wire(error))
    }

    pub(super) fn encode(&self, value: &Value) -> Reply<wire::DynamicValue> {
        encode(value, &self.ty).map_err(|error| {
            let detail = format!("This is a bug in the provider. {error}");
            self.wire(Diagnostic::error(
                "The provider returned an invalid value",
                detail,
            ))
        })
    }

    /// Messages about something of this schema.
    pub(super) fn wire(&self, diagnostics: impl Into<Diagnostics>) -> Vec<wire::Diagnostic> {
        diagnostics.into().into_wire(Some(self.block()))
    }
}

/// The wire form of a deferral; an error where Terraform cannot defer.
pub(super) fn deferred(
    deferral: Option<Deferral>,
    allowed: bool,
) -> Result<Option<wire::Deferred>, Diagnostic> {
    use wire::deferred::Reason;
    let Some(deferral) = deferral else {
        return Ok(None);
    };
    if !allowed {
        return Err(Diagnostic::error(
            "The operation cannot be put off",
            "It lacks values that are not known yet, and this run of Terraform cannot put it off \
             to a later one. Apply what the values come from first, with -target.",
        ));
    }
    let reason = match deferral {
        Deferral::ResourceConfigUnknown => Reason::ResourceConfigUnknown,
        Deferral::ProviderConfigUnknown => Reason::ProviderConfigUnknown,
        Deferral::AbsentPrerequisite => Reason::AbsentPrereq,
    };
    Ok(Some(wire::Deferred {
        reason: reason.into(),
    }))
}

pub(super) fn deferral_allowed(capabilities: Option<&wire::ClientCapabilities>) -> bool {
    capabilities.is_some_and(|capabilities| capabilities.deferral_allowed)
}

/// What is unknown becomes null: what remains of a value after an error.
pub(super) fn unknown_as_null(value: Value) -> Value {
    let each = |items: Vec<Value>| items.into_iter().map(unknown_as_null).collect();
    match value {
        Value::Unknown => Value::Null,
        Value::List(items) => Value::List(each(items)),
        Value::Set(items) => Value::Set(each(items)),
        Value::Tuple(items) => Value::Tuple(each(items)),
        Value::Map(items) => Value::Map(
            items
                .into_iter()
                .map(|(key, item)| (key, unknown_as_null(item)))
                .collect(),
        ),
        Value::Object(items) => Value::Object(
            items
                .into_iter()
                .map(|(name, item)| (name, unknown_as_null(item)))
                .collect(),
        ),
        Value::Dynamic(inner) => {
            let (ty, value) = *inner;
            Value::Dynamic(Box::new((ty, unknown_as_null(value))))
        }
        known => known,
    }
}
