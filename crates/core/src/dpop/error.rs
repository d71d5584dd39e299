//! Why a proof proves nothing.

use m2m_jose::InvalidDpopProof;
use m2m_types::oauth_error::OAuthErrorCode;

use crate::ports::StoreError;
use crate::protocol_error::UNAVAILABLE;

/// Why a DPoP proof proves nothing.
#[derive(Debug, thiserror::Error)]
pub enum DpopError {
    /// RFC 9449 §4.3, 1: more than one header.
    #[error("more than one DPoP header")]
    Several,
    /// It is no proof.
    #[error("the DPoP header is no proof")]
    Invalid(#[from] InvalidDpopProof),
    /// Its `htm` or `htu` name another request.
    #[error("the proof is for another method or URL")]
    OtherRequest,
    /// Its `iat` is more than a minute away.
    #[error("the proof was made {0} seconds ago")]
    NotNow(i64),
    /// Its `jti` is empty or longer than 256 bytes.
    #[error("the proof's jti is empty or longer than 256 bytes")]
    Jti,
    /// Its `ath` is of another access token, or missing.
    #[error("the proof is for another access token")]
    OtherToken,
    /// It was used before.
    #[error("the proof was used before")]
    Replayed,
    /// It has no nonce of ours, or an old one.
    #[error("the proof has no present nonce")]
    Nonce {
        /// The one to use.
        fresh: String,
    },
    /// Nothing can be said.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl DpopError {
    /// The code and the one fixed sentence that a client sees. What is wrong is no secret: whoever sent the proof
    /// made it.
    pub fn public(&self) -> (OAuthErrorCode, &'static str) {
        let code = OAuthErrorCode::InvalidDpopProof;
        match self {
            Self::Several => (code, "more than one DPoP header"),
            Self::Invalid(_) => (
                code,
                "the DPoP header must be one JWT of typ dpop+jwt, signed with ES256, RS256 or EdDSA by the public \
                 key in its jwk, with jti, htm, htu and iat",
            ),
            Self::OtherRequest => (
                code,
                "htm and htu of the DPoP proof must be the method and the URL of this request",
            ),
            Self::NotNow(_) => (
                code,
                "the DPoP proof must be made for each request: iat is more than 60 seconds away, or the clock is wrong",
            ),
            Self::Jti => (code, "jti of the DPoP proof must have 1 to 256 bytes"),
            Self::OtherToken => (
                code,
                "ath of the DPoP proof must be the SHA-256 of the access token in base64url",
            ),
            Self::Replayed => (
                code,
                "the DPoP proof was used before: make one for each request",
            ),
            Self::Nonce { .. } => (
                OAuthErrorCode::UseDpopNonce,
                "repeat the request with a DPoP proof whose nonce is that of the DPoP-Nonce header",
            ),
            Self::Store(_) => UNAVAILABLE,
        }
    }

    /// The nonce to use.
    pub fn fresh_nonce(&self) -> Option<&str> {
        match self {
            Self::Nonce { fresh } => Some(fresh),
            _ => None,
        }
    }
}
