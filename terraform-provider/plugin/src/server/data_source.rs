//! Data sources: validate and read.

use std::sync::Arc;

use super::Inner;
use super::codec::{deferral_allowed, deferred};
use super::reply::{Reply, breaches};
use crate::call::Call;
use crate::plan::rules;
use crate::schema::validate;
use crate::value::Value;
use crate::wire::tfplugin6 as wire;
use wire::{read_data_source, validate_data_resource_config};

pub(super) async fn validate_config(
    inner: Arc<Inner>,
    call: Call,
    request: validate_data_resource_config::Request,
) -> Reply<validate_data_resource_config::Response> {
    let served = inner.data_source(&request.type_name)?;
    let shape = served.shape();
    let config = shape.decode(request.config.as_ref())?;
    let mut found = validate(shape.block(), &config);
    if !found.has_errors() {
        found.extend(served.item.validate(&call, config).await);
    }
    Ok(validate_data_resource_config::Response {
        diagnostics: shape.wire(found),
    })
}

pub(super) async fn read(
    inner: Arc<Inner>,
    call: Call,
    request: read_data_source::Request,
) -> Reply<read_data_source::Response> {
    let served = inner.data_source(&request.type_name)?;
    let shape = served.shape();
    let allowed = deferral_allowed(request.client_capabilities.as_ref());
    let config = shape.decode(request.config.as_ref())?;
    let read = served.item.read(&call.with_deferral(allowed), config).await;
    let mut read = read.map_err(|found| shape.wire(found))?;
    let deferred = deferred(read.deferral, allowed).map_err(|found| shape.wire(found))?;
    if inner.checks && deferred.is_none() && !read.diagnostics.has_errors() {
        let found = rules::result_breaches(&Value::Unknown, &read.value);
        read.diagnostics.extend(breaches("result", &found));
    }
    Ok(read_data_source::Response {
        state: Some(shape.encode(&read.value)?),
        diagnostics: shape.wire(read.diagnostics),
        deferred,
    })
}
