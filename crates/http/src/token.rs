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

use crate::oauth_answer::{self, Endpoint};
use crate::protocol_request::ProtocolRequest;
use crate::{Shared, correlation};

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
    let answered = request.presenting(async |it| {
        let refused = match state.token.token(it, &request.form).await {
            Ok(issued) => return oauth_answer::granted(&state, issued),
            Err(refused) => refused,
        };
        let id = correlation::new_id(&state);
        let attempts = &state.attempts;
        attempts.record(&id, it, &request.form, &refused).await;
        oauth_answer::refused_as(&state, Endpoint::Token, refused, id)
    });
    answered.await
}
