//! `GET /v1/me`: who the caller is.

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use http::Response;
use m2m_core::caller::Actor;
use m2m_types::admin::me::Me;

use super::call::Call;
use crate::{Shared, fallback};

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/v1/me", get(me).fallback(fallback::method_not_allowed))
}

async fn me(call: Call) -> Response<Body> {
    call.answer(async |caller| {
        let (client_id, principal_arn, login_issuer) = match caller.actor() {
            Actor::Client(id) => (Some(id.clone()), None, None),
            Actor::Iam { arn, .. } => (None, Some(arn.clone()), None),
            Actor::Login { issuer, .. } => (None, None, Some(issuer.clone())),
        };
        let me = Me {
            issuer: call.state.issuer.clone(),
            client_id,
            principal_arn,
            login_issuer,
            owner: caller.owner().id.clone(),
            organization: caller.organization().id.clone(),
            permissions: caller.owner().permissions.clone(),
            scopes: caller.scopes().clone(),
        };
        Ok(call.read(&me))
    })
    .await
}
