//! Status, headers and kind of the management API's errors, RFC 9457.

use std::borrow::Cow;
use std::time::Duration;

use axum::body::Body;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{Response, StatusCode};
use m2m_core::caller::CallerError;
use m2m_core::clients::ClientsError;
use m2m_types::metadata::paths;
use m2m_types::problem::{FieldError, Problem};
use tracing::{error, info};

use crate::State;
use crate::body::Unreadable;
use crate::correlation::{chain, new_id};
use crate::oauth_answer::retry_after_seconds;

/// How long to wait when a store gave no answer.
const STORE_RETRY: Duration = Duration::from_secs(1);

/// Why a management request was refused.
pub(crate) enum Refusal {
    /// No bearer token (RFC 6750 §3: no error code then).
    NoCredentials,
    /// More than one `Authorization` header.
    TwoHeaders,
    /// A token that does not hold.
    Caller(CallerError),
    /// A rule about clients.
    Clients(ClientsError),
    /// A body of another media type.
    MediaType(&'static str),
    /// A body that cannot be read.
    Body(Unreadable),
    /// A body, query or header that breaks its form.
    Malformed(FieldError),
    /// A path that is nothing.
    NoSuchPath,
    /// A path that does not take this method.
    Method,
}

impl<E: Into<ClientsError>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Clients(error.into())
    }
}

/// What an error looks like from outside.
struct Outside {
    status: StatusCode,
    kind: &'static str,
    title: &'static str,
    detail: Cow<'static, str>,
    errors: Vec<FieldError>,
    challenge: Option<String>,
    retry_after: Option<Duration>,
}

fn outside(
    status: StatusCode,
    kind: &'static str,
    title: &'static str,
    detail: impl Into<Cow<'static, str>>,
) -> Outside {
    Outside {
        status,
        kind,
        title,
        detail: detail.into(),
        errors: vec![],
        challenge: None,
        retry_after: None,
    }
}

/// The answer to a refused request, logged with its reason.
pub(crate) fn refused(state: &State, refusal: Refusal) -> Response<Body> {
    let correlation_id = new_id(state);
    let reason = match &refusal {
        Refusal::Caller(error) => chain(error),
        Refusal::Clients(error) => chain(error),
        _ => String::new(),
    };
    let outside = decide(state, refusal);
    let (status, kind) = (outside.status, outside.kind);
    if status.is_server_error() {
        error!(%correlation_id, kind, reason, "management call failed");
    } else {
        info!(%correlation_id, kind, reason, "management call refused");
    }
    let problem = Problem {
        kind: state.issuer.join(&format!("/problems/{kind}")),
        title: outside.title.to_owned(),
        status: status.as_u16(),
        detail: outside.detail.into_owned(),
        errors: outside.errors,
        correlation_id,
    };
    let mut response = Response::new(Body::from(serde_json::to_vec(&problem).unwrap_or_default()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(challenge) = outside
        .challenge
        .and_then(|text| HeaderValue::from_str(&text).ok())
    {
        headers.insert(WWW_AUTHENTICATE, challenge);
    }
    if let Some(wait) = outside.retry_after {
        headers.insert(RETRY_AFTER, retry_after_seconds(wait));
    }
    response
}

/// The answer when a handler panicked: a defect of ours, so the log has it and the caller learns nothing.
pub(crate) fn panicked(state: &State) -> Response<Body> {
    let correlation_id = new_id(state);
    error!(%correlation_id, "a handler panicked");
    let problem = Problem {
        kind: state.issuer.join("/problems/internal"),
        title: "Internal error".to_owned(),
        status: 500,
        detail: "the service has a defect; the operator finds it by the correlation_id".to_owned(),
        errors: vec![],
        correlation_id,
    };
    let mut response = Response::new(Body::from(serde_json::to_vec(&problem).unwrap_or_default()));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn decide(state: &State, refusal: Refusal) -> Outside {
    match refusal {
        Refusal::NoCredentials => Outside {
            challenge: Some(challenge(state, "")),
            ..outside(
                StatusCode::UNAUTHORIZED,
                "authentication-required",
                "Authentication required",
                "send an access token of this service: Authorization: Bearer …",
            )
        },
        Refusal::TwoHeaders => outside(
            StatusCode::BAD_REQUEST,
            "invalid-request",
            "Invalid request",
            "more than one Authorization header",
        ),
        Refusal::Caller(CallerError::Store(_)) => unavailable(),
        Refusal::Caller(_) => Outside {
            challenge: Some(challenge(state, ", error=\"invalid_token\"")),
            ..outside(
                StatusCode::UNAUTHORIZED,
                "invalid-token",
                "Invalid token",
                "the access token is malformed, expired, revoked or not for this API: get a new one",
            )
        },
        Refusal::Clients(error) => decide_clients(state, error),
        Refusal::MediaType(expected) => outside(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-media-type",
            "Unsupported media type",
            format!("the Content-Type must be {expected}"),
        ),
        Refusal::Body(Unreadable::TooLong) => outside(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-large",
            "Too large",
            "the body is longer than 65536 bytes",
        ),
        Refusal::Body(Unreadable::Broken) => outside(
            StatusCode::BAD_REQUEST,
            "invalid-request",
            "Invalid request",
            "the body broke off",
        ),
        Refusal::Malformed(error) => invalid(vec![error]),
        Refusal::NoSuchPath => outside(
            StatusCode::NOT_FOUND,
            "no-such-path",
            "No such path",
            "there is nothing here",
        ),
        Refusal::Method => outside(
            StatusCode::METHOD_NOT_ALLOWED,
            "method-not-allowed",
            "Method not allowed",
            "this path does not take this method; Allow says which it takes",
        ),
    }
}

fn decide_clients(state: &State, error: ClientsError) -> Outside {
    let detail = error.to_string();
    match error {
        ClientsError::InsufficientScope(missing) => Outside {
            challenge: Some(challenge(
                state,
                &format!(", error=\"insufficient_scope\", scope=\"{}\"", missing.0),
            )),
            ..outside(
                StatusCode::FORBIDDEN,
                "insufficient-scope",
                "Insufficient scope",
                detail,
            )
        },
        ClientsError::NotFound => outside(StatusCode::NOT_FOUND, "not-found", "Not found", detail),
        ClientsError::Deleted { .. } => outside(
            StatusCode::NOT_FOUND,
            "client-deleted",
            "Client deleted",
            detail,
        ),
        ClientsError::SecretNotFound => outside(
            StatusCode::NOT_FOUND,
            "secret-not-found",
            "No such secret",
            detail,
        ),
        ClientsError::ValueNotKept => outside(
            StatusCode::NOT_FOUND,
            "value-not-kept",
            "Value not kept",
            detail,
        ),
        ClientsError::PlanRequired { .. } => outside(
            StatusCode::FORBIDDEN,
            "plan-required",
            "Plan required",
            detail,
        ),
        ClientsError::LimitReached { .. } => outside(
            StatusCode::FORBIDDEN,
            "limit-reached",
            "Limit reached",
            detail,
        ),
        ClientsError::DeletionProtected => outside(
            StatusCode::CONFLICT,
            "deletion-protection",
            "Deletion protection",
            detail,
        ),
        ClientsError::PreconditionFailed => outside(
            StatusCode::PRECONDITION_FAILED,
            "precondition-failed",
            "Precondition failed",
            detail,
        ),
        ClientsError::PreconditionRequired => outside(
            StatusCode::PRECONDITION_REQUIRED,
            "precondition-required",
            "Precondition required",
            detail,
        ),
        ClientsError::Invalid(errors) => invalid(errors),
        ClientsError::KeyReused => outside(
            StatusCode::UNPROCESSABLE_ENTITY,
            "idempotency-key-reused",
            "Idempotency-Key used before",
            detail,
        ),
        ClientsError::InFlight { retry_after } => Outside {
            retry_after: Some(retry_after),
            ..outside(
                StatusCode::CONFLICT,
                "idempotency-key-in-flight",
                "Request under way",
                detail,
            )
        },
        ClientsError::InvalidCursor => outside(
            StatusCode::BAD_REQUEST,
            "invalid-cursor",
            "Invalid cursor",
            detail,
        ),
        ClientsError::Store(_) => unavailable(),
    }
}

fn invalid(errors: Vec<FieldError>) -> Outside {
    let detail = errors
        .iter()
        .map(|error| match error.pointer.as_str() {
            "" => error.detail.clone(),
            pointer => format!("{pointer}: {}", error.detail),
        })
        .collect::<Vec<_>>();
    let detail = detail.join("; ");
    Outside {
        errors,
        ..outside(
            StatusCode::BAD_REQUEST,
            "invalid-request",
            "Invalid request",
            detail,
        )
    }
}

fn unavailable() -> Outside {
    Outside {
        retry_after: Some(STORE_RETRY),
        ..outside(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "Unavailable",
            "a store gave no answer; nothing was half done that a retry would not mend",
        )
    }
}

/// `WWW-Authenticate` with where to learn how to get a token (RFC 9728 §5.1).
fn challenge(state: &State, parameters: &str) -> String {
    format!(
        "Bearer resource_metadata=\"{}\"{parameters}",
        state.issuer.join(paths::PROTECTED_RESOURCE)
    )
}
