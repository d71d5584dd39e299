//! Status, headers and kind of the management API's errors, RFC 9457.

mod decide;
mod kind;

use axum::body::Body;
use http::Response;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use m2m_core::api_tokens::ApiTokensError;
use m2m_core::attempts::AttemptsError;
use m2m_core::caller::{CallerError, IamError, LoginError};
use m2m_core::clients::ClientsError;
use m2m_core::error_chain::chain;
use m2m_core::keys::RotationError;
use m2m_core::ports::StoreError;
use m2m_core::principals::PrincipalsError;
use m2m_core::resource_servers::ResourceServersError;
use m2m_types::correlation_id::CorrelationId;
use m2m_types::problem::{FieldError, Problem};

use self::decide::{Outside, decide};
use crate::State;
use crate::body::Unreadable;
use crate::correlation::new_id;
use crate::oauth_answer::{offer_nonce, retry_after_seconds};
use crate::told::Told;

/// Why a management request was refused.
pub(crate) enum Refusal {
    /// No bearer token (RFC 6750 §3: no error code then).
    NoCredentials,
    /// More than one `Authorization` header.
    TwoHeaders,
    /// A token that does not hold.
    Caller(CallerError),
    /// A principal of AWS IAM that may not call.
    IamCaller(IamError),
    /// Somebody who is logged in and may not call.
    Login(LoginError),
    /// A rule about clients.
    Clients(ClientsError),
    /// A rule about API access tokens.
    ApiTokens(ApiTokensError),
    /// A rule about signing keys.
    Keys(RotationError),
    /// A rule about resource servers.
    ResourceServers(ResourceServersError),
    /// A rule about owners and organizations.
    Principals(PrincipalsError),
    /// A store that gave no answer.
    Store(StoreError),
    /// A rule about refused token requests.
    Attempts(AttemptsError),
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
    /// A defect of ours: what happened, for the log.
    Defect(&'static str),
}

impl From<ClientsError> for Refusal {
    fn from(error: ClientsError) -> Self {
        Self::Clients(error)
    }
}

impl From<ApiTokensError> for Refusal {
    fn from(error: ApiTokensError) -> Self {
        Self::ApiTokens(error)
    }
}

impl From<ResourceServersError> for Refusal {
    fn from(error: ResourceServersError) -> Self {
        Self::ResourceServers(error)
    }
}

impl From<PrincipalsError> for Refusal {
    fn from(error: PrincipalsError) -> Self {
        Self::Principals(error)
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Refusal {
    /// What the log says in place of what the caller sees.
    fn reason(&self) -> Option<String> {
        match self {
            Self::Caller(error) => Some(chain(error)),
            Self::IamCaller(error) => Some(chain(error)),
            Self::Login(error) => Some(chain(error)),
            Self::Clients(error) => Some(chain(error)),
            Self::ApiTokens(error) => Some(chain(error)),
            Self::Keys(error) => Some(chain(error)),
            Self::ResourceServers(error) => Some(chain(error)),
            Self::Principals(error) => Some(chain(error)),
            Self::Store(error) => Some(chain(error)),
            Self::Attempts(error) => Some(chain(error)),
            Self::Defect(what) => Some((*what).to_owned()),
            // The names of members are the caller's, and may be a secret in the wrong place.
            Self::Malformed(_) => Some("a body, query or header breaks its form".to_owned()),
            _ => None,
        }
    }
}

/// `WWW-Authenticate` of whoever takes an access token of this service.
pub(crate) fn challenge(state: &State, parameters: &str) -> String {
    decide::challenge(state, parameters)
}

/// The answer to a refused request, its reason told to the log.
pub(crate) fn refused(state: &State, refusal: Refusal) -> Response<Body> {
    let correlation_id = new_id(state);
    let reason = refusal.reason();
    let outside = decide(state, refusal);
    let told = Told {
        message: Some(if outside.kind.status.is_server_error() {
            "call failed"
        } else {
            "call refused"
        }),
        correlation_id: Some(correlation_id.clone()),
        error: Some(outside.kind.name),
        reason: reason.or_else(|| Some(outside.detail.clone().into_owned())),
        ..Told::default()
    };
    told.put(answer(state, outside, correlation_id))
}

fn answer(state: &State, outside: Outside, correlation_id: CorrelationId) -> Response<Body> {
    let Outside {
        kind,
        detail,
        errors,
        challenge,
        retry_after,
        fresh_nonce,
    } = outside;
    let problem = Problem {
        kind: state.issuer.join(&format!("/problems/{}", kind.name)),
        title: kind.title.to_owned(),
        status: kind.status.as_u16(),
        detail: detail.into_owned(),
        errors,
        correlation_id,
    };
    let mut response = Response::new(Body::from(serde_json::to_vec(&problem).unwrap_or_default()));
    *response.status_mut() = kind.status;
    let headers = response.headers_mut();
    headers.insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(challenge) = challenge.and_then(|text| HeaderValue::from_str(&text).ok()) {
        headers.insert(WWW_AUTHENTICATE, challenge);
    }
    if let Some(wait) = retry_after {
        headers.insert(RETRY_AFTER, retry_after_seconds(wait));
    }
    offer_nonce(&mut response, fresh_nonce.as_deref());
    response
}
