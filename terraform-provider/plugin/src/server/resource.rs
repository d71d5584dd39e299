//! The life of a managed resource: validate, plan, apply.

use std::sync::Arc;

use super::Inner;
use super::codec::{deferral_allowed, deferred, unknown_as_null};
use super::reply::{Reply, breaches};
use super::served::{Served, Shape};
use crate::call::Call;
use crate::diagnostic::{Diagnostic, Diagnostics, path_to_wire};
use crate::erased::{AnyResource, Applied, PlanInput, Planned};
use crate::plan::{self, rules};
use crate::private::Private;
use crate::schema::validate;
use crate::value::{Path, Value};
use crate::wire::tfplugin6 as wire;
use wire::{apply_resource_change, plan_resource_change, validate_resource_config};

pub(super) async fn validate_config(
    inner: Arc<Inner>,
    call: Call,
    request: validate_resource_config::Request,
) -> Reply<validate_resource_config::Response> {
    let served = inner.resource(&request.type_name)?;
    let shape = served.shape();
    let config = shape.decode(request.config.as_ref())?;
    let mut found = validate(shape.block(), &config);
    let write_only_allowed = request
        .client_capabilities
        .is_some_and(|client| client.write_only_attributes_allowed);
    if !write_only_allowed {
        found.extend(refuse_write_only(shape, &config));
    }
    if !found.has_errors() {
        found.extend(served.item.validate(&call, config).await);
    }
    Ok(validate_resource_config::Response {
        diagnostics: shape.wire(found),
    })
}

/// An older Terraform would store a write-only value.
fn refuse_write_only(shape: &Shape, config: &Value) -> Option<Diagnostic> {
    let mut stored = config.clone();
    plan::drop_write_only(shape.block(), &mut stored);
    (stored != *config).then(|| {
        Diagnostic::error(
            "Write-only values are not supported",
            "The configuration gives a write-only value, which needs Terraform 1.11 or newer.",
        )
    })
}

pub(super) async fn plan(
    inner: Arc<Inner>,
    call: Call,
    request: plan_resource_change::Request,
) -> Reply<plan_resource_change::Response> {
    let served = inner.resource(&request.type_name)?;
    let shape = served.shape();
    let allowed = deferral_allowed(request.client_capabilities.as_ref());
    let call = call.with_deferral(allowed);
    let prior = shape.decode(request.prior_state.as_ref())?;
    let config = shape.decode(request.config.as_ref())?;
    let proposed = shape.decode(request.proposed_new_state.as_ref())?;
    if proposed.is_null() {
        let found = served.item.plan_destroy(&call, prior).await;
        return Ok(plan_resource_change::Response {
            planned_state: Some(shape.encode(&Value::Null)?),
            planned_private: request.prior_private,
            planned_identity: request.prior_identity,
            diagnostics: shape.wire(found),
            ..plan_resource_change::Response::default()
        });
    }
    let planned = plan::standard(shape.block(), &prior, &config, proposed);
    let private = Private::from_bytes(&request.prior_private);
    let input = PlanInput {
        prior: prior.clone(),
        config: config.clone(),
        planned,
        private,
    };
    let made = served.item.plan(&call, input).await;
    let mut made = made.map_err(|found| shape.wire(found))?;
    plan::drop_write_only(shape.block(), &mut made.planned);
    if inner.checks {
        let found = rules::plan_breaches(shape.block(), &prior, &config, &made.planned);
        made.diagnostics.extend(breaches("plan", &found));
    }
    let mut response = plan_response(shape, &prior, made, allowed)?;
    response.planned_identity = request.prior_identity;
    Ok(response)
}

fn plan_response(
    shape: &Shape,
    prior: &Value,
    made: Planned,
    deferral_allowed: bool,
) -> Reply<plan_resource_change::Response> {
    let deferred = deferred(made.deferral, deferral_allowed).map_err(|found| shape.wire(found))?;
    let mut paths = plan::requires_replace(shape.block(), prior, &made.planned);
    if !prior.is_null() {
        paths.extend(made.requires_replace);
    }
    let mut steps: Vec<_> = paths.iter().map(Path::addressable).collect();
    steps.sort();
    steps.dedup();
    Ok(plan_resource_change::Response {
        planned_state: Some(shape.encode(&made.planned)?),
        requires_replace: steps.into_iter().map(path_to_wire).collect(),
        planned_private: made.private.to_bytes(),
        diagnostics: shape.wire(made.diagnostics),
        deferred,
        ..plan_resource_change::Response::default()
    })
}

pub(super) async fn apply(
    inner: Arc<Inner>,
    call: Call,
    request: apply_resource_change::Request,
) -> Reply<apply_resource_change::Response> {
    let served = inner.resource(&request.type_name)?;
    let shape = served.shape();
    let prior = shape.decode(request.prior_state.as_ref())?;
    let planned = shape.decode(request.planned_state.as_ref())?;
    let config = shape.decode(request.config.as_ref())?;
    let private = Private::from_bytes(&request.planned_private);
    let input = PlanInput {
        prior: prior.clone(),
        config,
        planned: planned.clone(),
        private,
    };
    let applied = match change(&*served.item, &call, input).await {
        Ok(applied) => applied,
        Err(found) => {
            return Ok(apply_resource_change::Response {
                new_state: Some(shape.encode(&prior)?),
                private: request.planned_private,
                diagnostics: shape.wire(found),
                new_identity: request.planned_identity,
                ..apply_resource_change::Response::default()
            });
        }
    };
    applied_response(&inner, served, &planned, applied, request.planned_private)
}

async fn change(
    resource: &dyn AnyResource,
    call: &Call,
    input: PlanInput,
) -> Result<Applied, Diagnostics> {
    let PlanInput {
        prior,
        config,
        planned,
        private,
    } = input;
    if planned.is_null() {
        resource.delete(call, prior, private).await
    } else if prior.is_null() {
        resource.create(call, config, planned, private).await
    } else {
        resource
            .update(
                call,
                PlanInput {
                    prior,
                    config,
                    planned,
                    private,
                },
            )
            .await
    }
}

/// What exists is always returned, so that it is stored, whatever else went wrong.
fn applied_response(
    inner: &Inner,
    served: &Served<dyn AnyResource>,
    planned: &Value,
    applied: Applied,
    planned_private: Vec<u8>,
) -> Reply<apply_resource_change::Response> {
    let shape = served.shape();
    let mut state = applied.state;
    let mut found = applied.diagnostics;
    plan::drop_write_only(shape.block(), &mut state);
    if inner.checks && !found.has_errors() {
        found.extend(breaches("result", &rules::result_breaches(planned, &state)));
    }
    if found.has_errors() {
        state = unknown_as_null(state);
    }
    let new_identity = served.identity_data(&state, applied.identity)?;
    Ok(apply_resource_change::Response {
        new_state: Some(shape.encode(&state)?),
        private: applied
            .private
            .map_or(planned_private, |private| private.to_bytes()),
        diagnostics: shape.wire(found),
        new_identity,
        ..apply_resource_change::Response::default()
    })
}
