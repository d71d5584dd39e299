//! Why no token was issued.

use m2m_types::authorization_details::DetailType;
use m2m_types::client_id::ClientId;
use m2m_types::oauth_error::OAuthErrorCode;
use m2m_types::scope::Scope;

use super::ExchangeError;
use crate::client_auth::ClientAuthError;
use crate::dpop::DpopError;
use crate::keys::InvalidKey;
use crate::ports::StoreError;
use crate::protocol_error::{ProtocolError, Retry, UNAVAILABLE};
use crate::quotas::QuotaError;

/// Why a token was refused. Written for our log; clients see only what
/// [`ProtocolError::public`] says.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// There is no `grant_type`.
    #[error("grant_type is missing")]
    GrantTypeMissing,
    /// The `grant_type` is none of ours.
    #[error("grant_type is unknown")]
    GrantTypeUnknown,
    /// The client may not use this grant.
    #[error("client {0} may not use this grant")]
    GrantNotAllowed(ClientId),
    /// The client did not authenticate.
    #[error(transparent)]
    Client(#[from] ClientAuthError),
    /// Different resources in one request.
    #[error("more than one resource")]
    ManyResources,
    /// The resource is malformed or not one of this deployment.
    #[error("the resource is not served here")]
    UnknownResource,
    /// The client is for an API that was removed.
    #[error(
        "the client's default audience is not served here any more: record it as a resource server, or give the client \
         another"
    )]
    DefaultAudienceGone,
    /// The client may not ask for this API.
    #[error("the client has no grant for this audience")]
    AudienceNotGranted,
    /// The scope parameter is malformed.
    #[error("scope is malformed")]
    ScopeMalformed,
    /// The client or its owner lacks a requested scope.
    #[error("client or owner lacks the scope {0}")]
    ScopeNotAllowed(Scope),
    /// A requested scope belongs to another resource server.
    #[error("the scope {0} belongs to another resource")]
    ScopeOfAnotherResource(Scope),
    /// The client may not have details of that type.
    #[error("the client may not have authorization details of type {0}")]
    DetailNotGranted(DetailType),
    /// The resource does not know details of that type, or the detail is for another.
    #[error("the authorization detail of type {0} is not one of the resource")]
    DetailOfAnotherResource(DetailType),
    /// The details parameter is malformed.
    #[error("authorization_details is malformed")]
    DetailsMalformed,
    /// The token could be carried nowhere.
    #[error("the token is too long")]
    TooLong,
    /// The subject token was not exchanged.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
    /// There were too many tokens already.
    #[error(transparent)]
    Quota(#[from] QuotaError),
    /// The client's grant for the API lacks a requested scope.
    #[error("the client's grant for this audience lacks the scope {0}")]
    ScopeNotInGrant(Scope),
    /// Nothing is left to grant.
    #[error("no scope to grant")]
    NoScope,
    /// The client gets only tokens that are bound to a certificate, and presented none.
    #[error("the client presented no certificate to bind the token to")]
    CertificateMissing,
    /// The client gets only tokens that are bound to a key, and proved none.
    #[error("the client sent no DPoP proof")]
    ProofMissing,
    /// The DPoP proof proves nothing.
    #[error("the DPoP proof does not hold")]
    Dpop(#[from] DpopError),
    /// A store gave no answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The signing key refused.
    #[error(transparent)]
    Key(#[from] InvalidKey),
}

impl ProtocolError for TokenError {
    fn public(&self) -> (OAuthErrorCode, &'static str) {
        use OAuthErrorCode as Code;
        match self {
            Self::GrantTypeMissing => (Code::InvalidRequest, "the parameter grant_type is missing"),
            Self::GrantTypeUnknown => (
                Code::UnsupportedGrantType,
                "grant_type must be client_credentials or \
                 urn:ietf:params:oauth:grant-type:token-exchange",
            ),
            Self::GrantNotAllowed(_) => (
                Code::UnauthorizedClient,
                "this client may not use this grant_type",
            ),
            Self::Client(error) => error.public(),
            Self::ManyResources => (
                Code::InvalidTarget,
                "a token is for one resource: ask once for each",
            ),
            Self::UnknownResource | Self::DefaultAudienceGone | Self::AudienceNotGranted => (
                Code::InvalidTarget,
                "the resource is malformed, not served here or not for this client",
            ),
            Self::ScopeMalformed => (
                Code::InvalidScope,
                "scope must be scope tokens with single spaces between them",
            ),
            Self::ScopeNotAllowed(_)
            | Self::ScopeOfAnotherResource(_)
            | Self::ScopeNotInGrant(_)
            | Self::NoScope => (
                Code::InvalidScope,
                "a scope is unknown, not granted or not one of the resource",
            ),
            Self::DetailsMalformed => (
                Code::InvalidAuthorizationDetails,
                "authorization_details must be a JSON array of at most 16 objects with a type, of at most 8192 \
                 bytes",
            ),
            Self::DetailNotGranted(_) | Self::DetailOfAnotherResource(_) => (
                Code::InvalidAuthorizationDetails,
                "the type of a detail is not granted to the client or not known to the resource",
            ),
            Self::TooLong => (
                Code::InvalidRequest,
                "the token would be longer than 8192 bytes: ask for less",
            ),
            Self::Exchange(error) => error.public(),
            Self::CertificateMissing => (
                Code::InvalidRequest,
                "this client gets only tokens bound to its certificate: present it to the token endpoint of \
                 mtls_endpoint_aliases in the metadata, or where there is none to this one",
            ),
            Self::ProofMissing => (
                Code::InvalidDpopProof,
                "this client gets only tokens bound to a key: send a proof in the header DPoP (RFC 9449)",
            ),
            Self::Dpop(error) => error.public(),
            Self::Quota(error) => error.public(),
            Self::Store(_) | Self::Key(_) => UNAVAILABLE,
        }
    }

    fn retry(&self) -> Option<Retry> {
        match self {
            Self::Client(error) => error.retry(),
            Self::Store(_) | Self::Key(_) | Self::Dpop(DpopError::Store(_)) => {
                Some(Retry::Unavailable)
            }
            Self::Quota(error) => error.retry(),
            Self::GrantTypeMissing
            | Self::GrantTypeUnknown
            | Self::GrantNotAllowed(_)
            | Self::ManyResources
            | Self::UnknownResource
            | Self::DefaultAudienceGone
            | Self::AudienceNotGranted
            | Self::ScopeMalformed
            | Self::ScopeNotAllowed(_)
            | Self::ScopeOfAnotherResource(_)
            | Self::DetailNotGranted(_)
            | Self::DetailOfAnotherResource(_)
            | Self::DetailsMalformed
            | Self::TooLong
            | Self::Exchange(_)
            | Self::ScopeNotInGrant(_)
            | Self::NoScope
            | Self::CertificateMissing
            | Self::ProofMissing
            | Self::Dpop(_) => None,
        }
    }

    fn fresh_nonce(&self) -> Option<&str> {
        match self {
            Self::Dpop(error) => error.fresh_nonce(),
            _ => None,
        }
    }
}
