//! How a call can fail.

use std::time::Duration;

use m2m_types::client_id::ClientId;
use m2m_types::issuer::Issuer;
use m2m_types::problem::Problem;

use crate::identity::SigningError;
use crate::unreachable::Unreachable;

/// Why a call did not do what it should. Texts from outside are short, printable and hold nothing
/// secret.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// No answer came.
    #[error("{endpoint} cannot be reached: {reason}")]
    Unreachable {
        /// Where the call went.
        endpoint: Issuer,
        /// Why.
        reason: Unreachable,
    },
    /// The credentials or the token made of them were not accepted (401).
    #[error("{endpoint} does not accept the credentials of client {client_id}: {failure}")]
    Unauthenticated {
        /// Where the call went.
        endpoint: Issuer,
        /// Who called.
        client_id: ClientId,
        /// What the service said.
        failure: OAuthFailure,
    },
    /// The credentials hold, but not for this token.
    #[error("{endpoint} gives client {client_id} no such token: {failure}")]
    TokenRefused {
        /// Where the call went.
        endpoint: Issuer,
        /// Who called.
        client_id: ClientId,
        /// What the service said.
        failure: OAuthFailure,
    },
    /// The caller may not ask for the scope that the call needs.
    #[error("client {client_id} may not use the scope {scope}, which this call needs")]
    MissingScope {
        /// Who called.
        client_id: ClientId,
        /// What it lacks.
        scope: &'static str,
    },
    /// A token is for a client, and a principal of AWS IAM is none.
    #[error("an access token takes a client, and the caller is a principal of AWS IAM")]
    NoClient,
    /// The request was not sent, since nothing could sign it.
    #[error("the request cannot be signed for AWS IAM: {0}")]
    Unsigned(#[from] SigningError),
    /// The gateway in front of the service does not accept the signature (403).
    #[error("{endpoint} does not accept the signature of AWS IAM: {detail}")]
    SignatureRefused {
        /// Where the call went.
        endpoint: Issuer,
        /// What the gateway said.
        detail: String,
        /// By how much this machine's clock and the gateway's differ, if that explains it.
        clock_skew: Option<Duration>,
    },
    /// The caller may not do this (403).
    #[error("not allowed: {}", .0.detail)]
    Forbidden(Box<Problem>),
    /// The service says that there is no such thing, in its own words (404).
    #[error("not found: {}", .0.detail)]
    NotFound(Box<Problem>),
    /// What is stored stands against it (409, or an idempotency key that was used for another body).
    #[error("refused: {}", .0.detail)]
    Conflict(Box<Problem>),
    /// It was changed meanwhile (412), or a condition is required (428).
    #[error("not changed: {}", .0.detail)]
    PreconditionFailed(Box<Problem>),
    /// The request is wrong (400 and the like); the fields are named.
    #[error("invalid: {}", .0.detail)]
    Invalid(Box<Problem>),
    /// The service cannot answer now (429, 5xx).
    #[error("{endpoint} cannot answer now (status {status}): {detail}")]
    Unavailable {
        /// Where the call went.
        endpoint: Issuer,
        /// The HTTP status.
        status: u16,
        /// What it said.
        detail: String,
        /// When it wants to be asked again.
        retry_after: Option<Duration>,
    },
    /// The answer is none that this service gives.
    #[error("{endpoint} does not answer like an m2m-oauth service: {detail}")]
    Protocol {
        /// Where the call went.
        endpoint: Issuer,
        /// What was strange.
        detail: String,
    },
}

/// An error answer of the token endpoint (RFC 6749 §5.2) or of `WWW-Authenticate` (RFC 6750 §3.1).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}{}{}", bracketed(.description.as_deref()), logged_as(.correlation_id.as_deref()))]
pub struct OAuthFailure {
    /// The `error` code.
    pub code: String,
    /// The `error_description`.
    pub description: Option<String>,
    /// Names the request in the service's log.
    pub correlation_id: Option<String>,
}

fn bracketed(text: Option<&str>) -> String {
    text.map_or_else(String::new, |text| format!(" ({text})"))
}

fn logged_as(id: Option<&str>) -> String {
    id.map_or_else(String::new, |id| format!(" [correlation_id {id}]"))
}

impl Error {
    /// The problem document behind the error, if there is one.
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Forbidden(problem)
            | Self::NotFound(problem)
            | Self::Conflict(problem)
            | Self::PreconditionFailed(problem)
            | Self::Invalid(problem) => Some(problem),
            Self::Unreachable { .. }
            | Self::Unauthenticated { .. }
            | Self::TokenRefused { .. }
            | Self::MissingScope { .. }
            | Self::NoClient
            | Self::Unsigned(_)
            | Self::SignatureRefused { .. }
            | Self::Unavailable { .. }
            | Self::Protocol { .. } => None,
        }
    }

    /// Whether the service itself says that it has no such client, rather than no such path or secret.
    pub fn is_absent_client(&self) -> bool {
        matches!(self, Self::NotFound(_))
            && matches!(self.kind(), Some("not-found" | "client-deleted"))
    }

    /// The kind of the problem behind the error, like `deletion-protection`.
    pub fn kind(&self) -> Option<&str> {
        self.problem()
            .and_then(|problem| problem_kind(&problem.kind))
    }
}

/// The kind that a problem `type` of this service names: `{issuer}/problems/{kind}`.
pub fn problem_kind(type_uri: &str) -> Option<&str> {
    let (base, kind) = type_uri.rsplit_once('/')?;
    let ours = base.ends_with("/problems")
        && !kind.is_empty()
        && kind.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    ours.then_some(kind)
}

#[cfg(test)]
mod tests {
    use super::problem_kind;

    #[test]
    fn only_our_own_problem_types_have_a_kind() {
        assert_eq!(
            problem_kind("https://auth.example/problems/not-found"),
            Some("not-found")
        );
        assert_eq!(problem_kind("/problems/not-found"), Some("not-found"));
        for other in [
            "about:blank",
            "https://auth.example/not-found",
            "/problems/",
            "",
        ] {
            assert_eq!(problem_kind(other), None, "{other}");
        }
    }
}
