//! Status and headers of the protocol endpoints' answers.

use std::time::Duration;

use axum::body::Body;
use http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, PRAGMA, RETRY_AFTER, WWW_AUTHENTICATE,
};
use http::{Response, StatusCode};
use m2m_core::error_chain::chain;
use m2m_core::grant::Issued;
use m2m_core::protocol_error::{ProtocolError, Refused, Retry};
use m2m_types::oauth_error::{OAuthError, OAuthErrorCode};

use crate::State;
use crate::body::Unreadable;
use crate::correlation::new_id;
use crate::told::{Outcome, Told};

/// How long to wait when a store gave no answer.
const STORE_RETRY: Duration = Duration::from_secs(1);

/// A request that is not even a token request.
pub(crate) enum NotATokenRequest {
    /// Another method than `POST`.
    Method,
    /// Parameters in the URI (RFC 6749 §2.3.1).
    Query,
    /// Another media type than `application/x-www-form-urlencoded`.
    MediaType,
    /// A body that cannot be read.
    Body(Unreadable),
    /// A form that breaks a rule.
    Form(&'static str),
}

/// 200 with the token.
pub(crate) fn granted(state: &State, issued: Issued) -> Response<Body> {
    let Ok(json) = serde_json::to_vec(&issued.answer) else {
        return defect(state, "a token answer could not be written");
    };
    let mut response = answer(StatusCode::OK, json);
    response.extensions_mut().insert(Outcome::TokenIssued);
    let told = Told {
        message: Some("token issued"),
        client_id: Some(issued.client_id),
        jti: Some(issued.jti),
        ..Told::default()
    };
    told.put(response)
}

/// The refusal of a request to a protocol endpoint, its reason told to the log.
pub(crate) fn refused<E: ProtocolError>(state: &State, refused: Refused<E>) -> Response<Body> {
    let Refused { client_id, error } = refused;
    let (code, error_description) = error.public();
    let (status, retry_after) = match error.retry() {
        Some(Retry::TooMany(wait)) => (StatusCode::TOO_MANY_REQUESTS, Some(wait)),
        Some(Retry::Unavailable) => (StatusCode::SERVICE_UNAVAILABLE, Some(STORE_RETRY)),
        None if code == OAuthErrorCode::InvalidClient => (StatusCode::UNAUTHORIZED, None),
        None => (StatusCode::BAD_REQUEST, None),
    };
    let told = Told {
        client_id,
        reason: Some(chain(&error)),
        ..Told::default()
    };
    let mut response = error_answer(state, status, code, error_description, told);
    let headers = response.headers_mut();
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(
            WWW_AUTHENTICATE,
            HeaderValue::from_static("Basic realm=\"m2m-oauth\", charset=\"UTF-8\""),
        );
    }
    if let Some(wait) = retry_after {
        headers.insert(RETRY_AFTER, retry_after_seconds(wait));
    }
    response
}

/// The refusal of something that is no token request.
pub(crate) fn malformed(state: &State, reason: &NotATokenRequest) -> Response<Body> {
    let (status, error_description) = match reason {
        NotATokenRequest::Method => (
            StatusCode::METHOD_NOT_ALLOWED,
            "the token endpoint takes POST only",
        ),
        NotATokenRequest::Query => (
            StatusCode::BAD_REQUEST,
            "parameters and credentials belong in the body, not in the URI",
        ),
        NotATokenRequest::MediaType => (
            StatusCode::BAD_REQUEST,
            "the Content-Type must be application/x-www-form-urlencoded in UTF-8",
        ),
        NotATokenRequest::Body(Unreadable::TooLong) => (
            StatusCode::PAYLOAD_TOO_LARGE,
            "the body is longer than 65536 bytes",
        ),
        NotATokenRequest::Body(Unreadable::Broken) => {
            (StatusCode::BAD_REQUEST, "the body broke off")
        }
        NotATokenRequest::Form(description) => (StatusCode::BAD_REQUEST, *description),
    };
    let told = Told {
        reason: Some(error_description.to_owned()),
        ..Told::default()
    };
    let code = OAuthErrorCode::InvalidRequest;
    let mut response = error_answer(state, status, code, error_description, told);
    if status == StatusCode::METHOD_NOT_ALLOWED {
        response
            .headers_mut()
            .insert(ALLOW, HeaderValue::from_static("POST"));
    }
    response
}

/// Whole seconds, never zero.
pub(crate) fn retry_after_seconds(wait: Duration) -> HeaderValue {
    HeaderValue::from(wait.as_millis().div_ceil(1000).clamp(1, 86_400) as u64)
}

/// The answer to a request that a defect of ours stopped; `what` is for the log.
pub(crate) fn defect(state: &State, what: &str) -> Response<Body> {
    let told = Told {
        reason: Some(what.to_owned()),
        ..Told::default()
    };
    error_answer(
        state,
        StatusCode::INTERNAL_SERVER_ERROR,
        OAuthErrorCode::ServerError,
        "the service has a defect: the operator finds it by the correlation_id",
        told,
    )
}

/// An error under a new name, which the log has too.
fn error_answer(
    state: &State,
    status: StatusCode,
    error: OAuthErrorCode,
    error_description: &'static str,
    told: Told,
) -> Response<Body> {
    let correlation_id = new_id(state);
    let failed = status.is_server_error();
    let told = Told {
        message: Some(if failed {
            "token not issued"
        } else {
            "token refused"
        }),
        error: Some(error.as_str()),
        correlation_id: Some(correlation_id.clone()),
        ..told
    };
    let body = OAuthError {
        error,
        error_description,
        correlation_id,
    };
    let mut response = answer(status, serde_json::to_vec(&body).unwrap_or_default());
    if !failed {
        response.extensions_mut().insert(Outcome::TokenRefused);
    }
    told.put(response)
}

/// JSON that nobody may keep (RFC 6749 §5.1).
fn answer(status: StatusCode, json: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Body::from(json));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    response
}
