//! `POST /oauth/token`, RFC 6749 §4.4 and RFC 8693.

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

pub(crate) fn routes(state: &Shared) -> Router<Shared> {
    let state = Arc::clone(state);
    let answer_panic = move |_: Box<dyn Any + Send>| {
        oauth_answer::defect(&state, Endpoint::Token, "a handler panicked")
    };
    Router::new()
        .route(paths::TOKEN, any(token))
        .layer(CatchPanicLayer::custom(answer_panic))
}

async fn token(State(state): State<Shared>, request: Request<Body>) -> Response<Body> {
    let request = match ProtocolRequest::read(request).await {
        Ok(request) => request,
        Err(reason) => return oauth_answer::malformed(&state, Endpoint::Token, &reason),
    };
    let issued = request.presenting(async |it| state.token.token(it, &request.form).await);
    match issued.await {
        Ok(issued) => oauth_answer::granted(&state, issued),
        Err(refused) => oauth_answer::refused(&state, Endpoint::Token, refused),
    }
}
