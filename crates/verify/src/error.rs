//! Why a request is refused.

use m2m_jose::{InvalidDpopProof, MalformedJws};
use m2m_types::revocations::Stop;

/// Why a request is refused. What goes to the client is its status and [`Refusal::challenges`]; the text is for the log.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// It carries no credentials. 401 without an error code.
    #[error("the request carries no access token")]
    NoCredentials,
    /// It cannot be understood. 400 `invalid_request`.
    #[error("the request is malformed: {0}")]
    Malformed(&'static str),
    /// The token is not good for this request. 401 `invalid_token`.
    #[error("the token is refused")]
    Token(#[from] InvalidToken),
    /// The DPoP proof is not good for this request. 401 `invalid_dpop_proof`.
    #[error("the DPoP proof is refused")]
    Proof(#[from] InvalidProof),
    /// The token is good and lacks this scope. 403 `insufficient_scope`.
    #[error("the token lacks the scope {0}")]
    InsufficientScope(String),
    /// Nobody can say now whether the token is good. 503 with `Retry-After`.
    #[error("the token cannot be judged now")]
    Unavailable(#[from] Unavailable),
}

/// Why a token is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidToken {
    /// It is no signed JWT that is accepted.
    #[error(transparent)]
    Malformed(#[from] MalformedJws),
    /// A claim is missing, repeated or of the wrong type.
    #[error("its claims are malformed")]
    Claims,
    /// `typ` is not `at+jwt`: another kind of token.
    #[error("its type is not at+jwt")]
    Type,
    /// It names no key, or no published key has that name and its algorithm.
    #[error("no published key has its key id and algorithm")]
    UnknownKey,
    /// The key did not sign it.
    #[error("its signature does not hold")]
    Signature,
    /// Another issuer wrote it.
    #[error("it is of another issuer")]
    Issuer,
    /// It is for another resource server.
    #[error("it is for another audience")]
    Audience,
    /// Its time is over.
    #[error("it has expired")]
    Expired,
    /// Its time has not come.
    #[error("it is not valid yet")]
    NotYetValid,
    /// It was stopped, or what stands behind it.
    #[error("it was stopped: {}", .0.as_str())]
    Stopped(Stop),
    /// It is bound to a key and came without a proof, or the other way round.
    #[error("it is bound to a DPoP key and came as Bearer")]
    BoundToKey,
    /// It came as DPoP and is bound to no key.
    #[error("it is bound to no DPoP key and came as DPoP")]
    NotBound,
    /// It is bound to a client certificate that did not come with it.
    #[error("it is bound to another client certificate")]
    Certificate,
}

/// Why a DPoP proof is refused.
#[derive(Debug, thiserror::Error)]
pub enum InvalidProof {
    /// There is not exactly one.
    #[error("there must be exactly one DPoP header")]
    Count,
    /// It is no DPoP proof that its own key signed.
    #[error(transparent)]
    Malformed(#[from] InvalidDpopProof),
    /// It is of another key than the token is bound to.
    #[error("it is of another key than the token")]
    OtherKey,
    /// It is for another method or URL.
    #[error("it is for another method or URL")]
    OtherRequest,
    /// It is for another access token.
    #[error("it is for another access token")]
    OtherToken,
    /// It was not made just now.
    #[error("it was not made within the last minute")]
    Time,
    /// It was used before.
    #[error("it was used before")]
    Replayed,
}

/// Why nothing can be said of a token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unavailable {
    /// The published keys cannot be read.
    #[error("the issuer's keys cannot be had")]
    Keys(#[source] m2m_jose::Unavailable),
    /// The revocation snapshot cannot be read, and the one that is held is too old.
    #[error("no fresh revocation snapshot can be had: {0}")]
    Snapshot(String),
    /// So many proofs came within a minute that no more can be remembered.
    #[error("there is no room to remember another DPoP proof")]
    Proofs,
}
