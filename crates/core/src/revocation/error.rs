//! Why no token was revoked.

use m2m_types::client_id::ClientId;
use m2m_types::names::ApiTokenId;
use m2m_types::oauth_error::OAuthErrorCode;

use crate::api_tokens::DeadApiToken;
use crate::client_auth::ClientAuthError;
use crate::live_token::NotLive;
use crate::ports::StoreError;
use crate::protocol_error::{ProtocolError, Retry, UNAVAILABLE};

/// Why a revocation was refused. For the log; clients see only what [`ProtocolError::public`] says.
#[derive(Debug, thiserror::Error)]
pub enum RevocationError {
    /// The client's credentials did not hold.
    #[error(transparent)]
    Client(#[from] ClientAuthError),
    /// There is no `token`.
    #[error("token is missing")]
    TokenMissing,
    /// A token of ours ends at no time that there is.
    #[error("the token's exp is no time")]
    Time,
    /// A store gave no answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why there was nothing to revoke. For the log only: outside it is the same as success (RFC 7009 §2.2).
#[derive(Debug, thiserror::Error)]
pub enum NothingRevoked {
    /// The token is none of ours, or its time is over.
    #[error("there is nothing to revoke")]
    NotLive(#[from] NotLive),
    /// Another client got it.
    #[error("the token is not the caller's, but of the client {0}")]
    NotOfCaller(ClientId),
    /// There is no such API access token.
    #[error("there is nothing to revoke")]
    DeadApiToken(#[from] DeadApiToken),
    /// Another client made it, or none.
    #[error("the API access token {0} is not the caller's")]
    ApiTokenNotOfCaller(ApiTokenId),
}

impl ProtocolError for RevocationError {
    fn public(&self) -> (OAuthErrorCode, &'static str) {
        match self {
            Self::Client(error) => error.public(),
            Self::TokenMissing => (
                OAuthErrorCode::InvalidRequest,
                "the parameter token is missing",
            ),
            Self::Time | Self::Store(_) => UNAVAILABLE,
        }
    }

    fn retry(&self) -> Option<Retry> {
        match self {
            Self::Client(error) => error.retry(),
            Self::TokenMissing => None,
            Self::Time | Self::Store(_) => Some(Retry::Unavailable),
        }
    }
}
