//! Why a token was not exchanged.

use m2m_types::client_id::ClientId;
use m2m_types::oauth_error::OAuthErrorCode;
use m2m_types::scope::Scope;

use crate::live_token::NotLive;

/// Why a token was not exchanged. For the log; clients see only [`ExchangeError::public`].
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// There is no `subject_token` or no `subject_token_type`.
    #[error("subject_token or subject_token_type is missing")]
    SubjectTokenMissing,
    /// The subject token is said to be something else than an access token.
    #[error("the subject_token_type is not supported")]
    SubjectTokenType,
    /// Something else than an access token is asked for.
    #[error("the requested_token_type is not supported")]
    RequestedTokenType,
    /// There is an `actor_token`.
    #[error("actor_token is not supported")]
    ActorToken,
    /// The subject token may not be used.
    #[error("the subject_token is not active")]
    NotLive(#[source] NotLive),
    /// The client is neither the subject token's own nor listed for its audience.
    #[error("the subject_token of the client {0} is not for this client to exchange")]
    NotForClient(ClientId),
    /// The subject token is of another organization.
    #[error("the subject_token of the client {0} is of another organization")]
    OtherOrganization(ClientId),
    /// The subject token descends from too many.
    #[error("the subject_token has been exchanged as often as may be")]
    TooManyAncestors,
    /// The subject token is bound to a key, which this request does not prove to hold for the token's client.
    #[error("the subject_token is bound to a key that the request does not prove")]
    Bound,
    /// Another audience than the subject token's is asked for.
    #[error("the target is not the audience of the subject_token")]
    Target,
    /// The subject token, or a client on its way, lacks a requested scope.
    #[error("the subject_token or a client lacks the scope {0}")]
    Scope(Scope),
    /// Nothing is left to grant.
    #[error("no scope to grant")]
    NoScope,
    /// A requested detail is not one of the subject token's, or its type not one of the client's.
    #[error(
        "an authorization detail is not one of the subject_token's or not granted to the client"
    )]
    Details,
}

impl ExchangeError {
    /// The code and the one fixed sentence that a client sees.
    pub fn public(&self) -> (OAuthErrorCode, &'static str) {
        use OAuthErrorCode as Code;
        match self {
            Self::SubjectTokenMissing => (
                Code::InvalidRequest,
                "a token exchange takes subject_token and subject_token_type",
            ),
            Self::SubjectTokenType => (
                Code::InvalidRequest,
                "subject_token_type must be urn:ietf:params:oauth:token-type:access_token or \
                 urn:ietf:params:oauth:token-type:jwt",
            ),
            Self::RequestedTokenType => (
                Code::InvalidRequest,
                "requested_token_type must be urn:ietf:params:oauth:token-type:access_token",
            ),
            Self::ActorToken => (
                Code::InvalidRequest,
                "actor_token is not supported: the client that asks is the actor",
            ),
            Self::NotLive(_) | Self::NotForClient(_) | Self::OtherOrganization(_) => (
                Code::InvalidRequest,
                "the subject_token is not active, or not for this client to exchange",
            ),
            Self::TooManyAncestors => (
                Code::InvalidRequest,
                "the subject_token has been exchanged as often as may be",
            ),
            Self::Bound => (
                Code::InvalidRequest,
                "the subject_token is bound: its own client exchanges it, with proof of the same key",
            ),
            Self::Target => (
                Code::InvalidTarget,
                "resource and audience can only be that of the subject_token",
            ),
            Self::Scope(_) | Self::NoScope => (
                Code::InvalidScope,
                "a scope is not one of the subject_token or not granted to the client",
            ),
            Self::Details => (
                Code::InvalidAuthorizationDetails,
                "a detail is not one of the subject_token or not granted to the client",
            ),
        }
    }
}
