//! `POST /oauth/introspect`, RFC 7662, and its signed answer, RFC 9701.

use std::any::Any;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::routing::any;
use http::header::ACCEPT;
use http::{HeaderMap, Request, Response};
use m2m_core::introspection::Introspected;
use m2m_core::protocol_error::Refused;
use m2m_types::introspection::INTROSPECTION_MEDIA_TYPE;
use m2m_types::metadata::paths;
use tower_http::catch_panic::CatchPanicLayer;

use crate::Shared;
use crate::oauth_answer::{self, Endpoint};
use crate::protocol_request::ProtocolRequest;

const ENDPOINT: Endpoint = Endpoint::Introspection;

pub(crate) fn routes(state: &Shared) -> Router<Shared> {
    let state = Arc::clone(state);
    let answer_panic =
        move |_: Box<dyn Any + Send>| oauth_answer::defect(&state, ENDPOINT, "a handler panicked");
    Router::new()
        .route(paths::INTROSPECT, any(introspect))
        .layer(CatchPanicLayer::custom(answer_panic))
}

async fn introspect(State(state): State<Shared>, request: Request<Body>) -> Response<Body> {
    let request = match ProtocolRequest::read(request).await {
        Ok(request) => request,
        Err(reason) => return oauth_answer::malformed(&state, ENDPOINT, &reason),
    };
    let asked = request.presenting(async |it| {
        let introspection = &state.introspection;
        introspection.introspect(it, &request.form).await
    });
    match asked.await {
        Ok(introspected) if wants_jwt(request.headers()) => signed(&state, introspected).await,
        Ok(introspected) => oauth_answer::introspected(&state, introspected, None),
        Err(refused) => oauth_answer::refused(&state, ENDPOINT, refused),
    }
}

async fn signed(state: &Shared, introspected: Introspected) -> Response<Body> {
    match state.introspection.signed(&introspected).await {
        Ok(jwt) => oauth_answer::introspected(state, introspected, Some(jwt)),
        Err(error) => {
            let client_id = Some(introspected.client_id);
            oauth_answer::refused(state, ENDPOINT, Refused { client_id, error })
        }
    }
}

/// Whether the caller names the media type of the signed answer (RFC 9701 §4), with a weight that is not zero.
fn wants_jwt(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT).iter();
    values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|range| {
            let mut parts = range.split(';').map(str::trim);
            let media_type = parts.next().unwrap_or_default();
            let mut weights = parts.filter_map(|part| part.split_once('='));
            let refused = weights.any(|(name, weight)| {
                name.trim().eq_ignore_ascii_case("q") && weight.trim().parse() == Ok(0.0)
            });
            media_type.eq_ignore_ascii_case(INTROSPECTION_MEDIA_TYPE) && !refused
        })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[track_caller]
    fn check(accept: &'static str, expected: bool) {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(accept));
        assert_eq!(wants_jwt(&headers), expected, "{accept}");
    }

    #[test]
    fn the_signed_answer_is_asked_for_by_name() {
        check("application/token-introspection+jwt", true);
        check("Application/Token-Introspection+JWT; q=0.5", true);
        check(
            "application/json, application/token-introspection+jwt",
            true,
        );
        check("application/token-introspection+jwt;q=0", false);
        check("application/token-introspection+jwt; Q=0.000", false);
        check("application/json", false);
        check("*/*", false);
        check("application/jwt", false);
        assert!(!wants_jwt(&HeaderMap::new()));
    }
}
