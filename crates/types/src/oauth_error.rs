//! The errors of the protocol endpoints, as a client sees them.

use serde::Serialize;

use crate::correlation_id::CorrelationId;

/// The `error` of an OAuth error answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OAuthErrorCode {
    /// RFC 6749 §5.2: malformed, incomplete or contradictory.
    InvalidRequest,
    /// RFC 6749 §5.2: client authentication failed, for whatever reason.
    InvalidClient,
    /// RFC 6749 §5.2: the client may not use this grant.
    UnauthorizedClient,
    /// RFC 6749 §5.2: nobody may use this grant here.
    UnsupportedGrantType,
    /// RFC 6749 §5.2: a scope is malformed, unknown or not granted.
    InvalidScope,
    /// RFC 8707 §2: the resource is malformed or not served here.
    InvalidTarget,
    /// RFC 9396 §5: a detail is malformed, or its type unknown or not granted.
    InvalidAuthorizationDetails,
    /// RFC 6750 §3.1: the access token that authorizes the request does not hold.
    InvalidToken,
    /// RFC 6750 §3.1: the access token that authorizes the request lacks a scope.
    InsufficientScope,
    /// RFC 9449 §5: the proof of possession is missing or does not hold.
    InvalidDpopProof,
    /// RFC 9449 §8: the proof needs the nonce of the answer.
    UseDpopNonce,
    /// RFC 6749 §4.1.2.1, used for 429 and 503: try again later.
    TemporarilyUnavailable,
    /// RFC 6749 §4.1.2.1, used for 500: a defect.
    ServerError,
}

impl OAuthErrorCode {
    /// The code as the wire has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::InvalidAuthorizationDetails => "invalid_authorization_details",
            Self::InvalidToken => "invalid_token",
            Self::InsufficientScope => "insufficient_scope",
            Self::InvalidDpopProof => "invalid_dpop_proof",
            Self::UseDpopNonce => "use_dpop_nonce",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::ServerError => "server_error",
        }
    }
}

impl Serialize for OAuthErrorCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// An OAuth error: RFC 6749 §5.2 and, beside it, what ties it to the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OAuthError {
    /// The registered code.
    pub error: OAuthErrorCode,
    /// One fixed sentence of ours: never a part of the request (RFC 6749 §5.2 limits its characters).
    pub error_description: &'static str,
    /// Names the request in the service's log.
    pub correlation_id: CorrelationId,
}
