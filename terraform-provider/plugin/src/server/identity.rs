//! Identities: the names of remote objects beyond one state.

use std::sync::Arc;

use super::Inner;
use super::codec::encode;
use super::reply::{Reply, error};
use super::served::Served;
use super::state::stored_json;
use crate::call::Call;
use crate::erased::AnyResource;
use crate::value::{CodecError, Object, Value, json};
use crate::wire::tfplugin6 as wire;
use wire::{get_resource_identity_schemas, upgrade_resource_identity};

pub(super) async fn schemas(
    inner: Arc<Inner>,
    _call: Call,
    _request: get_resource_identity_schemas::Request,
) -> Reply<get_resource_identity_schemas::Response> {
    let identity_schemas = inner.resources.iter().filter_map(|(name, served)| {
        let schema = served.item.identity()?;
        Some((name.clone(), schema.to_wire()))
    });
    Ok(get_resource_identity_schemas::Response {
        identity_schemas: identity_schemas.collect(),
        diagnostics: Vec::new(),
    })
}

pub(super) async fn upgrade(
    inner: Arc<Inner>,
    _call: Call,
    request: upgrade_resource_identity::Request,
) -> Reply<upgrade_resource_identity::Response> {
    let served = inner.resource(&request.type_name)?;
    let Some(schema) = served.item.identity() else {
        return Err(error("The resource has no identity", request.type_name));
    };
    let stored = stored_json(request.raw_identity)?;
    let ty = schema.value_type();
    let upgraded = json::decode(&stored, &ty)
        .and_then(|identity| encode(&identity, &ty))
        .map_err(|reason| error("The identity cannot be read", reason.to_string()))?;
    let identity = wire::ResourceIdentityData {
        identity_data: Some(upgraded),
    };
    Ok(upgrade_resource_identity::Response {
        upgraded_identity: Some(identity),
        diagnostics: Vec::new(),
    })
}

impl Served<dyn AnyResource> {
    /// The identity of what is in `state`, if the resource has one and its values are known.
    pub(super) fn identity_data(
        &self,
        state: &Value,
        given: Object,
    ) -> Reply<Option<wire::ResourceIdentityData>> {
        let Some(schema) = self.item.identity().filter(|_| !state.is_null()) else {
            return Ok(None);
        };
        let values = schema.attributes.keys().map(|name| {
            let value = given.get(name).unwrap_or_else(|| state.attribute(name));
            (name.clone(), value.clone())
        });
        let identity = Value::Object(values.collect());
        if !identity.is_wholly_known() {
            return Ok(None);
        }
        let invalid = |reason: CodecError| {
            error(
                "The provider returned an invalid identity",
                reason.to_string(),
            )
        };
        let data = encode(&identity, &schema.value_type()).map_err(invalid)?;
        Ok(Some(wire::ResourceIdentityData {
            identity_data: Some(data),
        }))
    }
}
