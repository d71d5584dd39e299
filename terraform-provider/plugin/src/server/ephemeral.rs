//! Ephemeral resources: validate, open, renew, close.

use std::sync::Arc;

use super::Inner;
use super::codec::deferral_allowed;
use super::reply::{Reply, breaches};
use crate::call::Call;
use crate::plan::rules;
use crate::private::Private;
use crate::schema::validate;
use crate::value::Value;
use crate::wire::tfplugin6 as wire;
use wire::{
    close_ephemeral_resource, open_ephemeral_resource, renew_ephemeral_resource,
    validate_ephemeral_resource_config,
};

pub(super) async fn validate_config(
    inner: Arc<Inner>,
    call: Call,
    request: validate_ephemeral_resource_config::Request,
) -> Reply<validate_ephemeral_resource_config::Response> {
    let served = inner.ephemeral(&request.type_name)?;
    let shape = served.shape();
    let config = shape.decode(request.config.as_ref())?;
    let mut found = validate(shape.block(), &config);
    if !found.has_errors() {
        found.extend(served.item.validate(&call, config).await);
    }
    Ok(validate_ephemeral_resource_config::Response {
        diagnostics: shape.wire(found),
    })
}

pub(super) async fn open(
    inner: Arc<Inner>,
    call: Call,
    request: open_ephemeral_resource::Request,
) -> Reply<open_ephemeral_resource::Response> {
    let served = inner.ephemeral(&request.type_name)?;
    let shape = served.shape();
    let call = call.with_deferral(deferral_allowed(request.client_capabilities.as_ref()));
    let config = shape.decode(request.config.as_ref())?;
    let opened = served.item.open(&call, config).await;
    let mut opened = opened.map_err(|found| shape.wire(found))?;
    if inner.checks && !opened.diagnostics.has_errors() {
        let found = rules::result_breaches(&Value::Unknown, &opened.value);
        opened.diagnostics.extend(breaches("result", &found));
    }
    Ok(open_ephemeral_resource::Response {
        result: Some(shape.encode(&opened.value)?),
        renew_at: opened.renew_at.map(prost_types::Timestamp::from),
        private: Some(opened.private.to_bytes()),
        diagnostics: shape.wire(opened.diagnostics),
        deferred: None,
    })
}

pub(super) async fn renew(
    inner: Arc<Inner>,
    call: Call,
    request: renew_ephemeral_resource::Request,
) -> Reply<renew_ephemeral_resource::Response> {
    let served = inner.ephemeral(&request.type_name)?;
    let shape = served.shape();
    let private = Private::from_bytes(&request.private.unwrap_or_default());
    let renewed = served.item.renew(&call, private).await;
    let renewed = renewed.map_err(|found| shape.wire(found))?;
    Ok(renew_ephemeral_resource::Response {
        renew_at: renewed.renew_at.map(prost_types::Timestamp::from),
        private: Some(renewed.private.to_bytes()),
        diagnostics: shape.wire(renewed.diagnostics),
    })
}

pub(super) async fn close(
    inner: Arc<Inner>,
    call: Call,
    request: close_ephemeral_resource::Request,
) -> Reply<close_ephemeral_resource::Response> {
    let served = inner.ephemeral(&request.type_name)?;
    let private = Private::from_bytes(&request.private.unwrap_or_default());
    let (Ok(found) | Err(found)) = served.item.close(&call, private).await;
    Ok(close_ephemeral_resource::Response {
        diagnostics: served.shape().wire(found),
    })
}
