//! Why an introspection was refused.

use m2m_types::oauth_error::OAuthErrorCode;

use crate::caller::{CallerError, InsufficientScope};
use crate::client_auth::ClientAuthError;
use crate::keys::InvalidKey;
use crate::ports::StoreError;
use crate::protocol_error::{ProtocolError, Retry, UNAVAILABLE};

/// Why an introspection was refused. For the log; callers see only what [`ProtocolError::public`] says.
#[derive(Debug, thiserror::Error)]
pub enum IntrospectionError {
    /// The caller's credentials did not hold.
    #[error(transparent)]
    Client(#[from] ClientAuthError),
    /// The caller's token did not hold.
    #[error("the caller's own token is not accepted")]
    Caller(#[from] CallerError),
    /// The caller's token lacks the scope.
    #[error(transparent)]
    Scope(#[from] InsufficientScope),
    /// There is no `token`.
    #[error("token is missing")]
    TokenMissing,
    /// A store gave no answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The signing key refused.
    #[error(transparent)]
    Key(#[from] InvalidKey),
}

impl ProtocolError for IntrospectionError {
    fn public(&self) -> (OAuthErrorCode, &'static str) {
        use OAuthErrorCode as Code;
        match self {
            Self::Client(error) => error.public(),
            Self::Caller(CallerError::Store(_)) => UNAVAILABLE,
            Self::Caller(CallerError::Holder(error)) => error.public(),
            Self::Caller(_) => (
                Code::InvalidToken,
                "the access token in the Authorization header is malformed, expired, revoked or not for the \
                 management API",
            ),
            Self::Scope(_) => (
                Code::InsufficientScope,
                "the access token in the Authorization header lacks the scope m2m:introspect",
            ),
            Self::TokenMissing => (Code::InvalidRequest, "the parameter token is missing"),
            Self::Store(_) | Self::Key(_) => UNAVAILABLE,
        }
    }

    fn retry(&self) -> Option<Retry> {
        match self {
            Self::Client(error) => error.retry(),
            Self::Store(_) | Self::Key(_) | Self::Caller(CallerError::Store(_)) => {
                Some(Retry::Unavailable)
            }
            Self::Caller(_) | Self::Scope(_) | Self::TokenMissing => None,
        }
    }

    fn fresh_nonce(&self) -> Option<&str> {
        match self {
            Self::Caller(CallerError::Holder(error)) => error.fresh_nonce(),
            _ => None,
        }
    }
}
