//! The management API's answers.

use axum::body::Body;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue, LOCATION};
use http::{Response, StatusCode};
use m2m_core::caller::Caller;
use m2m_core::idempotency::Answered;
use m2m_core::revision::Revision;
use m2m_types::metadata::paths;
use serde::Serialize;

use super::call::Call;
use crate::problem_answer::{Refusal, refused};
use crate::told::{self, Told};
use crate::{entity_tag, oauth_answer};

/// What a handler made: an answer or a refusal.
pub(super) type Outcome = Result<Response<Body>, Refusal>;

impl Call {
    /// Finds out who calls, lets the handler answer and turns a refusal into its answer.
    pub(super) async fn answer(
        &self,
        handle: impl AsyncFnOnce(Caller) -> Outcome,
    ) -> Response<Body> {
        let caller = match self.caller().await {
            Ok(caller) => caller,
            Err(refusal) => return refused(&self.state, refusal),
        };
        let (client_id, owner) = told::names(&caller);
        let next_nonce = caller.next_nonce().map(str::to_owned);
        let outcome = handle(caller).await;
        let mut response = outcome.unwrap_or_else(|refusal| refused(&self.state, refusal));
        oauth_answer::offer_nonce(&mut response, next_nonce.as_deref());
        Told::add_caller(&mut response, client_id, owner);
        response
    }

    /// An answer with its entity tag, which nobody in between may keep. `tag`: of the body unless given.
    pub(super) fn tagged(
        &self,
        status: StatusCode,
        body: &impl Serialize,
        tag: Option<String>,
    ) -> Response<Body> {
        let Ok(json) = serde_json::to_vec(body) else {
            return refused(
                &self.state,
                Refusal::Defect("an answer could not be written"),
            );
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

    /// The answer to a change: the record as it is now.
    pub(super) fn changed(&self, record: &impl Serialize, revision: Revision) -> Response<Body> {
        let tag = entity_tag::of_revision(revision);
        self.tagged(StatusCode::OK, record, Some(tag))
    }

    /// The answer to a `POST` that changed a record, or to a repetition of it.
    pub(super) fn answered<T: Serialize>(&self, answered: &Answered<T>) -> Response<Body> {
        self.changed(&answered.answer, answered.revision)
    }

    /// The answer to a create, or to a repetition of it: what was made, and where it is below the management API.
    pub(super) fn created<T: Serialize>(&self, made: &Answered<T>, path: &str) -> Response<Body> {
        let tag = entity_tag::of_revision(made.revision);
        let mut response = self.tagged(StatusCode::CREATED, &made.answer, Some(tag));
        let location = self
            .state
            .issuer
            .join(&format!("{}{path}", paths::MANAGEMENT));
        if let Ok(location) = HeaderValue::from_str(&location) {
            response.headers_mut().insert(LOCATION, location);
        }
        response
    }

    /// The answer to a read of what has no revision, or 304 if the caller has it already.
    pub(super) fn read(&self, body: &impl Serialize) -> Response<Body> {
        self.unless_known(self.tagged(StatusCode::OK, body, None))
    }

    /// The answer to a read of a record, or 304 if the caller has it already.
    pub(super) fn record(&self, record: &impl Serialize, revision: Revision) -> Response<Body> {
        self.unless_known(self.changed(record, revision))
    }

    /// The answer to a read, or 304 if the caller has it already.
    pub(super) fn unless_known(&self, mut response: Response<Body>) -> Response<Body> {
        let tag = response.headers().get(ETAG);
        let tag = tag.and_then(|tag| tag.to_str().ok());
        if tag.is_some_and(|tag| entity_tag::is_known(&self.headers, tag)) {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            *response.body_mut() = Body::empty();
            response.headers_mut().remove(CONTENT_TYPE);
        }
        response
    }
}

/// The answer to a delete.
pub(super) fn gone() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}
