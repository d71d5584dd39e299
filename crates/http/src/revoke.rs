//! `POST /oauth/revoke`, RFC 7009.

use std::any::Any;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::routing::any;
use http::{Request, Response};
use m2m_types::metadata::paths;
use tower_http::catch_panic::CatchPanicLayer;

use crate::Shared;
use crate::oauth_answer::{self, Endpoint};
use crate::protocol_request::ProtocolRequest;

const ENDPOINT: Endpoint = Endpoint::Revocation;

pub(crate) fn routes(state: &Shared) -> Router<Shared> {
    let state = Arc::clone(state);
    let answer_panic =
        move |_: Box<dyn Any + Send>| oauth_answer::defect(&state, ENDPOINT, "a handler panicked");
    Router::new()
        .route(paths::REVOKE, any(revoke))
        .layer(CatchPanicLayer::custom(answer_panic))
}

async fn revoke(State(state): State<Shared>, request: Request<Body>) -> Response<Body> {
    let request = match ProtocolRequest::read(request).await {
        Ok(request) => request,
        Err(reason) => return oauth_answer::malformed(&state, ENDPOINT, &reason),
    };
    let answered = request.presenting(async |it| {
        let revocation = &state.revocation;
        revocation.revoke(it, &request.form).await
    });
    match answered.await {
        Ok(answered) => oauth_answer::revoked(answered),
        Err(refused) => oauth_answer::refused(&state, ENDPOINT, refused),
    }
}
