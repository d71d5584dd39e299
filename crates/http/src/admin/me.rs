//! `GET /v1/me`: who the caller is.

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::routing::get;
use http::{HeaderMap, Response};
use m2m_types::admin::me::Me;

use super::answer;
use crate::{Shared, fallback};

pub(super) fn routes() -> Router<Shared> {
    Router::new().route("/v1/me", get(me).fallback(fallback::method_not_allowed))
}

async fn me(State(state): State<Shared>, headers: HeaderMap) -> Response<Body> {
    answer::to_caller(&state, &headers, async |caller| {
        let me = Me {
            issuer: state.issuer.clone(),
            client_id: caller.client_id().clone(),
            owner: caller.owner().id.clone(),
            organization: caller.organization().id.clone(),
            permissions: caller.owner().permissions.clone(),
            scopes: caller.scopes().clone(),
        };
        Ok(answer::read(&state, &headers, &me, None))
    })
    .await
}
