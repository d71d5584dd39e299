//! The management API's answers.

use axum::body::Body;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue, LOCATION};
use http::{HeaderMap, Response, StatusCode};
use m2m_core::caller::Caller;
use m2m_core::idempotency::Answered;
use serde::Serialize;

use super::presented::Presented;

use crate::problem_answer::{Refusal, refused};
use crate::told::{self, Told};
use crate::{State, entity_tag, oauth_answer};

/// What a handler made: an answer or a refusal.
pub(super) type Outcome = Result<Response<Body>, Refusal>;

/// Finds out who calls, lets the handler answer and turns a refusal into its answer.
pub(super) async fn to_caller(
    state: &State,
    presented: &Presented,
    handle: impl AsyncFnOnce(Caller) -> Outcome,
) -> Response<Body> {
    let caller = match presented.caller(state).await {
        Ok(caller) => caller,
        Err(refusal) => return refused(state, refusal),
    };
    let (client_id, owner) = told::names(&caller);
    let next_nonce = caller.next_nonce().map(str::to_owned);
    let outcome = handle(caller).await;
    let mut response = outcome.unwrap_or_else(|refusal| refused(state, refusal));
    oauth_answer::offer_nonce(&mut response, next_nonce.as_deref());
    Told::add_caller(&mut response, client_id, owner);
    response
}

/// An answer with its entity tag, which nobody in between may keep. `tag`: of the body unless given.
pub(super) fn tagged(
    state: &State,
    status: StatusCode,
    body: &impl Serialize,
    tag: Option<String>,
) -> Response<Body> {
    let Ok(json) = serde_json::to_vec(body) else {
        return refused(state, Refusal::Defect("an answer could not be written"));
    };
    let tag = tag.unwrap_or_else(|| entity_tag::of_body(&json));
    let mut response = Response::new(Body::from(json));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    response
}

/// The answer to a `POST` that changed a record, or to a repetition of it.
pub(super) fn answered<T: Serialize>(state: &State, answered: &Answered<T>) -> Response<Body> {
    let tag = entity_tag::of_revision(answered.revision);
    tagged(state, StatusCode::OK, &answered.answer, Some(tag))
}

/// The answer to a create: what was made, its tag and where it is.
pub(super) fn created(
    state: &State,
    body: &impl Serialize,
    tag: String,
    location: &str,
) -> Response<Body> {
    let mut response = tagged(state, StatusCode::CREATED, body, Some(tag));
    if let Ok(location) = HeaderValue::from_str(location) {
        response.headers_mut().insert(LOCATION, location);
    }
    response
}

/// The answer to a delete.
pub(super) fn gone() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

/// The answer to a read, or 304 if the caller has it already.
pub(super) fn read(
    state: &State,
    request: &HeaderMap,
    body: &impl Serialize,
    tag: Option<String>,
) -> Response<Body> {
    let mut response = tagged(state, StatusCode::OK, body, tag);
    let known = response
        .headers()
        .get(ETAG)
        .and_then(|tag| tag.to_str().ok());
    if known.is_some_and(|tag| entity_tag::is_known(request, tag)) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::empty();
        response.headers_mut().remove(CONTENT_TYPE);
    }
    response
}
