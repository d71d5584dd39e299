//! Why an assertion proves nothing.

use m2m_jose::{InvalidJson, KeyNotFound, MalformedJws, NotVerified};
use m2m_types::client_id::ClientId;

use crate::client_auth::AuthenticationFailure;
use crate::issuer_keys::NoIssuerKey;

/// Why an assertion proves nothing. For the log and for the client's operator; outside they are one answer.
#[derive(Debug, thiserror::Error)]
pub enum InvalidAssertion {
    /// It is no JWS.
    #[error("the assertion is malformed")]
    Malformed(#[from] MalformedJws),
    /// A claim has the wrong type, or is repeated.
    #[error("the assertion's claims are malformed")]
    Claims(#[from] InvalidJson),
    /// The client is registered for another method.
    #[error("the client is registered for another method of authentication")]
    WrongMethod,
    /// It is another kind of token.
    #[error("the assertion's typ is neither absent nor one of a client's assertion")]
    OtherTyp,
    /// A claim is not there.
    #[error("the assertion has no {0}")]
    Missing(&'static str),
    /// RFC 7523 §3: who signs for itself is issuer and subject.
    #[error("the assertion's iss and sub are not both the client_id")]
    NotOfTheClient,
    /// It names more than one audience, or none.
    #[error("the assertion's aud must be one audience alone")]
    ManyAudiences,
    /// The audience that old libraries take.
    #[error(
        "the assertion's aud is the token endpoint: it must be the issuer identifier; for a library that cannot, set assertion_audience to token_endpoint"
    )]
    TokenEndpoint,
    /// It is for somebody else.
    #[error("the assertion's aud is another")]
    OtherAudience,
    /// Its time is over.
    #[error("the assertion has expired")]
    Expired,
    /// Its time has not come: a clock is off.
    #[error("the assertion's nbf or iat lies in the future")]
    NotYet,
    /// It would live too long.
    #[error("the assertion's exp is more than 5 minutes ahead")]
    TooLong,
    /// RFC 7519 §4.1.7.
    #[error("the assertion's jti must have 1 to 128 characters")]
    Jti,
    /// It was used before.
    #[error("the assertion's jti was used before")]
    Replayed,
    /// None of the registered keys fits.
    #[error("no registered key fits the assertion's kid and alg")]
    UnknownKey,
    /// The published keys do not have it, or cannot be had.
    #[error(transparent)]
    RemoteKey(#[from] KeyNotFound),
    /// No trust of the client is for this issuer.
    #[error("the client trusts no issuer of that name")]
    UntrustedIssuer,
    /// The subject is another than the trusted one.
    #[error("the token's sub is not the trusted subject")]
    OtherSubject,
    /// A claim that the trust demands is missing or has another value.
    #[error("the token's claim {0} is not what the trust demands")]
    OtherClaim(String),
    /// It is older than the trust allows.
    #[error("the token is older than the trust's max_age_seconds")]
    TooOld,
    /// There is no key of the trusted issuer for it.
    #[error(transparent)]
    IssuerKey(NoIssuerKey),
    /// The signature is another's.
    #[error(transparent)]
    NotVerified(#[from] NotVerified),
}

impl InvalidAssertion {
    /// What it means for the client. Where keys cannot be had, nobody can say whether it holds.
    pub(super) fn of(self, client: ClientId) -> AuthenticationFailure {
        match self {
            Self::RemoteKey(KeyNotFound::Unavailable(unavailable))
            | Self::IssuerKey(
                NoIssuerKey::Metadata(unavailable)
                | NoIssuerKey::Key(KeyNotFound::Unavailable(unavailable)),
            ) => AuthenticationFailure::KeysUnavailable(client, unavailable),
            invalid => AuthenticationFailure::WrongAssertion(client, invalid),
        }
    }

    /// Whether no signature was checked before this was found.
    pub(super) fn is_before_the_signature(&self) -> bool {
        !matches!(self, Self::NotVerified(_) | Self::Replayed)
    }
}
