//! States that come from outside a plan: read, import, upgrade, move.

use std::sync::Arc;

use super::Inner;
use super::codec::{decode, deferral_allowed};
use super::reply::{Reply, error};
use super::served::Shape;
use crate::call::Call;
use crate::diagnostic::Diagnostic;
use crate::plan;
use crate::private::Private;
use crate::resource::{Import, JsonObject, Move};
use crate::value::{Value, json};
use crate::wire::tfplugin6 as wire;
use wire::{import_resource_state, move_resource_state, read_resource, upgrade_resource_state};

pub(super) async fn read(
    inner: Arc<Inner>,
    call: Call,
    request: read_resource::Request,
) -> Reply<read_resource::Response> {
    let served = inner.resource(&request.type_name)?;
    let shape = served.shape();
    let call = call.with_deferral(deferral_allowed(request.client_capabilities.as_ref()));
    let state = shape.decode(request.current_state.as_ref())?;
    let private = Private::from_bytes(&request.private);
    let read = served.item.read(&call, state, private).await;
    let read = read.map_err(|found| shape.wire(found))?;
    let new_identity = match served.identity_data(&read.state, read.identity)? {
        Some(identity) => Some(identity),
        // What is gone keeps its name.
        None => request.current_identity,
    };
    Ok(read_resource::Response {
        new_state: Some(shape.encode(&storable(shape, read.state))?),
        private: read
            .private
            .map_or(request.private, |private| private.to_bytes()),
        diagnostics: shape.wire(read.diagnostics),
        new_identity,
        ..read_resource::Response::default()
    })
}

/// A state without write-only values, which must never be stored.
fn storable(shape: &Shape, mut state: Value) -> Value {
    plan::drop_write_only(shape.block(), &mut state);
    state
}

pub(super) async fn import(
    inner: Arc<Inner>,
    call: Call,
    request: import_resource_state::Request,
) -> Reply<import_resource_state::Response> {
    let served = inner.resource(&request.type_name)?;
    let shape = served.shape();
    let identity = request.identity.and_then(|identity| identity.identity_data);
    let wanted = match (identity, served.item.identity()) {
        (Some(data), Some(schema)) if request.id.is_empty() => {
            let value = decode(Some(&data), &schema.value_type());
            match value.map_err(|error| shape.wire(error))? {
                Value::Object(identity) => Import::Identity(identity),
                _ => return Err(error("The import names no object", "The identity is null.")),
            }
        }
        _ => Import::Id(request.id),
    };
    let imported = served.item.import(&call, wanted).await;
    let imported = imported.map_err(|found| shape.wire(found))?;
    let mut found = imported.diagnostics;
    let state = storable(shape, imported.state);
    if state.is_null() && !found.has_errors() {
        found.push(Diagnostic::error(
            "There is no such object",
            "The import found nothing.",
        ));
    }
    let imported_resources = if found.has_errors() {
        Vec::new()
    } else {
        vec![import_resource_state::ImportedResource {
            type_name: request.type_name.clone(),
            state: Some(shape.encode(&state)?),
            private: imported.private.unwrap_or_default().to_bytes(),
            identity: served.identity_data(&state, imported.identity)?,
        }]
    };
    Ok(import_resource_state::Response {
        imported_resources,
        diagnostics: shape.wire(found),
        deferred: None,
    })
}

pub(super) async fn upgrade(
    inner: Arc<Inner>,
    call: Call,
    request: upgrade_resource_state::Request,
) -> Reply<upgrade_resource_state::Response> {
    let served = inner.resource(&request.type_name)?;
    let shape = served.shape();
    let current = shape.schema.current_version();
    let mut stored = stored_json(request.raw_state)?;
    if request.version > current {
        return Err(error(
            "The state was stored by a newer provider",
            format!(
                "It has the schema version {}, this provider knows up to {current}. Use a newer \
                 version of the provider.",
                request.version
            ),
        ));
    }
    if request.version < current {
        let upgraded = served
            .item
            .upgrade(&call, request.version, parse(&stored)?)
            .await;
        let upgraded = upgraded.map_err(|found| shape.wire(found))?;
        stored = serde_json::Value::Object(upgraded).to_string().into_bytes();
    }
    let state = json::decode(&stored, &shape.ty).map_err(|error| shape.wire(error))?;
    Ok(upgrade_resource_state::Response {
        upgraded_state: Some(shape.encode(&storable(shape, state))?),
        diagnostics: Vec::new(),
    })
}

pub(super) async fn move_state(
    inner: Arc<Inner>,
    call: Call,
    request: move_resource_state::Request,
) -> Reply<move_resource_state::Response> {
    let served = inner.resource(&request.target_type_name)?;
    let shape = served.shape();
    let source = Move {
        provider: request.source_provider_address,
        type_name: request.source_type_name,
        version: request.source_schema_version,
        state: parse(&stored_json(request.source_state)?)?,
    };
    let moved = served.item.move_from(&call, source).await;
    let moved = moved.map_err(|found| shape.wire(found))?;
    let state = storable(shape, moved.state);
    Ok(move_resource_state::Response {
        target_identity: served.identity_data(&state, moved.identity)?,
        target_state: Some(shape.encode(&state)?),
        target_private: moved.private.unwrap_or_default().to_bytes(),
        diagnostics: shape.wire(moved.diagnostics),
    })
}

/// The JSON of a stored object; the form before Terraform 0.12 is refused.
pub(super) fn stored_json(raw: Option<wire::RawState>) -> Reply<Vec<u8>> {
    let raw = raw.unwrap_or_default();
    if raw.json.is_empty() && !raw.flatmap.is_empty() {
        return Err(error(
            "The state is too old",
            "It was stored by Terraform before 0.12. Apply it with Terraform 0.12 first.",
        ));
    }
    Ok(if raw.json.is_empty() {
        b"null".to_vec()
    } else {
        raw.json
    })
}

fn parse(stored: &[u8]) -> Reply<JsonObject> {
    serde_json::from_slice(stored)
        .map_err(|_| error("The state cannot be read", "It is not a JSON object."))
}
