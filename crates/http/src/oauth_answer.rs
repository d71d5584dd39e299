//! Status and headers of the protocol endpoints' answers.

use std::time::Duration;

use axum::body::Body;
use http::header::{
    ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, PRAGMA, RETRY_AFTER,
    WWW_AUTHENTICATE,
};
use http::{Response, StatusCode};
use m2m_core::error_chain::chain;
use m2m_core::grant::Issued;
use m2m_core::introspection::Introspected;
use m2m_core::protocol_error::{ProtocolError, Refused, Retry};
use m2m_core::revocation::RevocationAnswer;
use m2m_types::admin::scopes::ManagementScope;
use m2m_types::correlation_id::CorrelationId;
use m2m_types::introspection::INTROSPECTION_MEDIA_TYPE;
use m2m_types::oauth_error::{OAuthError, OAuthErrorCode};

use crate::body::Unreadable;
use crate::correlation::new_id;
use crate::protocol_request::NotAForm;
use crate::told::{Outcome, Told};
use crate::{State, problem_answer};

/// Where a client finds the nonce for its next DPoP proof.
const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");
/// How long to wait when a store gave no answer.
const STORE_RETRY: Duration = Duration::from_secs(1);
const JSON: &str = "application/json";

/// Which endpoint answers: what the log says of it.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Endpoint {
    /// `/oauth/token`.
    Token,
    /// `/oauth/introspect`.
    Introspection,
    /// `/oauth/revoke`.
    Revocation,
}

impl Endpoint {
    /// What happened to a request that the caller has to mend.
    fn refused(self) -> &'static str {
        match self {
            Self::Token => "token refused",
            Self::Introspection => "introspection refused",
            Self::Revocation => "revocation refused",
        }
    }

    /// What happened to a request that the service itself failed.
    fn failed(self) -> &'static str {
        match self {
            Self::Token => "token not issued",
            Self::Introspection => "introspection failed",
            Self::Revocation => "revocation failed",
        }
    }
}

/// 200 with the token.
pub(crate) fn granted(state: &State, issued: Issued) -> Response<Body> {
    let Ok(json) = serde_json::to_vec(&issued.answer) else {
        let what = "a token answer could not be written";
        return defect(state, Endpoint::Token, what);
    };
    let mut response = answer(StatusCode::OK, JSON, json);
    response.extensions_mut().insert(Outcome::TokenIssued);
    offer_nonce(&mut response, issued.next_nonce.as_deref());
    let told = Told {
        message: Some("token issued"),
        client_id: Some(issued.client_id),
        jti: Some(issued.jti),
        ..Told::default()
    };
    told.put(response)
}

/// 200 with what the caller may know of a token; signed if it wants it so.
pub(crate) fn introspected(
    state: &State,
    introspected: Introspected,
    signed: Option<String>,
) -> Response<Body> {
    let (media_type, body) = match signed {
        Some(jwt) => (INTROSPECTION_MEDIA_TYPE, Ok(jwt.into_bytes())),
        None => (JSON, serde_json::to_vec(&introspected.answer)),
    };
    let Ok(body) = body else {
        let what = "an introspection's answer could not be written";
        return defect(state, Endpoint::Introspection, what);
    };
    let is_active = introspected.answer.is_active();
    let told = Told {
        message: Some(if is_active {
            "token is active"
        } else {
            "token is not active"
        }),
        client_id: Some(introspected.client_id),
        jti: introspected.jti,
        reason: introspected.reason.map(|reason| chain(&reason)),
        ..Told::default()
    };
    told.put(answer(StatusCode::OK, media_type, body))
}

/// 200 without a word, whatever came of it (RFC 7009 §2.2).
pub(crate) fn revoked(answered: RevocationAnswer) -> Response<Body> {
    let (message, jti, reason) = match answered.revoked {
        Ok(jti) => ("token revoked", Some(jti), None),
        Err(reason) => ("nothing to revoke", None, Some(chain(&reason))),
    };
    let told = Told {
        message: Some(message),
        client_id: Some(answered.client_id),
        jti,
        reason,
        ..Told::default()
    };
    let mut response = answer(StatusCode::OK, JSON, Vec::new());
    response.headers_mut().remove(CONTENT_TYPE);
    told.put(response)
}

/// The refusal of a request to a protocol endpoint, its reason told to the log.
pub(crate) fn refused<E: ProtocolError>(
    state: &State,
    endpoint: Endpoint,
    refused: Refused<E>,
) -> Response<Body> {
    refused_as(state, endpoint, refused, new_id(state))
}

/// The same under a name that it has already.
pub(crate) fn refused_as<E: ProtocolError>(
    state: &State,
    endpoint: Endpoint,
    refused: Refused<E>,
    correlation_id: CorrelationId,
) -> Response<Body> {
    let Refused { client_id, error } = refused;
    let (code, error_description) = error.public();
    let fresh_nonce = error.fresh_nonce().map(str::to_owned);
    let (status, retry_after) = match error.retry() {
        Some(Retry::TooMany(wait)) => (StatusCode::TOO_MANY_REQUESTS, Some(wait)),
        Some(Retry::Unavailable) => (StatusCode::SERVICE_UNAVAILABLE, Some(STORE_RETRY)),
        None => (status_of(code), None),
    };
    let told = Told {
        client_id,
        correlation_id: Some(correlation_id),
        reason: Some(chain(&error)),
        ..Told::default()
    };
    let mut response = error_answer(state, endpoint, status, (code, error_description), told);
    let headers = response.headers_mut();
    if let Some(challenge) = challenge(state, code) {
        headers.insert(WWW_AUTHENTICATE, challenge);
    }
    if let Some(wait) = retry_after {
        headers.insert(RETRY_AFTER, retry_after_seconds(wait));
    }
    offer_nonce(&mut response, fresh_nonce.as_deref());
    response
}

fn status_of(code: OAuthErrorCode) -> StatusCode {
    match code {
        OAuthErrorCode::InvalidClient | OAuthErrorCode::InvalidToken => StatusCode::UNAUTHORIZED,
        OAuthErrorCode::InsufficientScope => StatusCode::FORBIDDEN,
        _ => StatusCode::BAD_REQUEST,
    }
}

/// How to authenticate: as RFC 6749 §5.2 or RFC 6750 §3 asks for.
fn challenge(state: &State, code: OAuthErrorCode) -> Option<HeaderValue> {
    let parameters = match code {
        OAuthErrorCode::InvalidClient => {
            return Some(HeaderValue::from_static(
                "Basic realm=\"m2m-oauth\", charset=\"UTF-8\"",
            ));
        }
        OAuthErrorCode::InvalidToken => ", error=\"invalid_token\"".to_owned(),
        OAuthErrorCode::InsufficientScope => {
            let scope = ManagementScope::Introspect.as_str();
            format!(", error=\"insufficient_scope\", scope=\"{scope}\"")
        }
        _ => return None,
    };
    let challenge = problem_answer::challenge(state, &parameters);
    HeaderValue::from_str(&challenge).ok()
}

/// The nonce for the client's next DPoP proof, RFC 9449 §8.
pub(crate) fn offer_nonce(response: &mut Response<Body>, nonce: Option<&str>) {
    if let Some(Ok(nonce)) = nonce.map(HeaderValue::from_str) {
        response.headers_mut().insert(DPOP_NONCE, nonce);
    }
}

/// The refusal of something that is no posted form.
pub(crate) fn malformed(state: &State, endpoint: Endpoint, reason: &NotAForm) -> Response<Body> {
    let (status, error_description) = match reason {
        NotAForm::Method => (
            StatusCode::METHOD_NOT_ALLOWED,
            "this endpoint takes POST only",
        ),
        NotAForm::Query => (
            StatusCode::BAD_REQUEST,
            "parameters and credentials belong in the body, not in the URI",
        ),
        NotAForm::MediaType => (
            StatusCode::BAD_REQUEST,
            "the Content-Type must be application/x-www-form-urlencoded in UTF-8",
        ),
        NotAForm::Body(Unreadable::TooLong) => (
            StatusCode::PAYLOAD_TOO_LARGE,
            "the body is longer than 65536 bytes",
        ),
        NotAForm::Body(Unreadable::Broken) => (StatusCode::BAD_REQUEST, "the body broke off"),
        NotAForm::Form(description) => (StatusCode::BAD_REQUEST, *description),
    };
    let told = Told {
        reason: Some(error_description.to_owned()),
        ..Told::default()
    };
    let public = (OAuthErrorCode::InvalidRequest, error_description);
    let mut response = error_answer(state, endpoint, status, public, told);
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
pub(crate) fn defect(state: &State, endpoint: Endpoint, what: &str) -> Response<Body> {
    let told = Told {
        reason: Some(what.to_owned()),
        ..Told::default()
    };
    let public = (
        OAuthErrorCode::ServerError,
        "the service has a defect: the operator finds it by the correlation_id",
    );
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    error_answer(state, endpoint, status, public, told)
}

/// An error under its name, a new one unless it has one, which the log has too.
fn error_answer(
    state: &State,
    endpoint: Endpoint,
    status: StatusCode,
    (error, error_description): (OAuthErrorCode, &'static str),
    told: Told,
) -> Response<Body> {
    let correlation_id = told.correlation_id.clone();
    let correlation_id = correlation_id.unwrap_or_else(|| new_id(state));
    let failed = status.is_server_error();
    let told = Told {
        message: Some(if failed {
            endpoint.failed()
        } else {
            endpoint.refused()
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
    let json = serde_json::to_vec(&body).unwrap_or_default();
    let mut response = answer(status, JSON, json);
    if !failed && matches!(endpoint, Endpoint::Token) {
        response.extensions_mut().insert(Outcome::TokenRefused);
    }
    told.put(response)
}

/// What nobody may keep (RFC 6749 §5.1).
fn answer(status: StatusCode, media_type: &'static str, body: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    response
}
