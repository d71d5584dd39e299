//! `GET /.well-known/revocations`: the signed snapshot of what was stopped.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH};
use http::{HeaderMap, Method, Response, StatusCode};
use m2m_core::revocation::SnapshotError;
use m2m_types::metadata::paths;
use m2m_types::revocations::REVOCATIONS_MEDIA_TYPE;
use tower_http::cors::{Any, CorsLayer};

use crate::problem_answer::Refusal;
use crate::{Shared, entity_tag, fallback, problem_answer};

/// Whoever verifies asks at most every few seconds; a cache in between may answer as long.
const MAX_AGE: HeaderValue = HeaderValue::from_static("public, max-age=5");

pub(crate) fn routes() -> Router<Shared> {
    // Public and without credentials, so pages of any origin may read it, and may ask for news only.
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD])
        .allow_headers([IF_NONE_MATCH])
        .expose_headers([ETAG]);
    Router::new()
        .route(
            paths::REVOCATIONS,
            get(revocations).fallback(fallback::method_not_allowed),
        )
        .layer(cors)
}

async fn revocations(State(state): State<Shared>, headers: HeaderMap) -> Response<Body> {
    match state.snapshots.current().await {
        Ok(jwt) => answer(&headers, Bytes::from_owner(jwt)),
        Err(SnapshotError::Store(error)) => problem_answer::refused(&state, error.into()),
        Err(SnapshotError::Key(_)) => {
            problem_answer::refused(&state, Refusal::Defect("the snapshot could not be signed"))
        }
    }
}

/// The snapshot, or 304 if the caller has it already.
fn answer(request: &HeaderMap, jwt: Bytes) -> Response<Body> {
    let tag = entity_tag::of_body(&jwt);
    let is_known = entity_tag::is_known(request, &tag);
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, MAX_AGE);
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        let media_type = HeaderValue::from_static(REVOCATIONS_MEDIA_TYPE);
        headers.insert(CONTENT_TYPE, media_type);
        *response.body_mut() = Body::from(jwt);
    }
    response
}
