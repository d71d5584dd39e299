//! What a protocol endpoint says of an error, and what it keeps for the log.

use std::error::Error;
use std::time::Duration;

use m2m_types::client_id::ClientId;
use m2m_types::oauth_error::OAuthErrorCode;

/// What a client sees when a store or a key gave no answer.
pub(crate) const UNAVAILABLE: (OAuthErrorCode, &str) = (
    OAuthErrorCode::TemporarilyUnavailable,
    "the service cannot answer now: try again",
);

/// When a request may be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// There were too many: after this long.
    TooMany(Duration),
    /// The service has a failure of its own: in a moment.
    Unavailable,
}

/// An error of a protocol endpoint. Its texts are for the log; clients see only what is public.
pub trait ProtocolError: Error + 'static {
    /// The code and the one fixed sentence that a client sees. No wildcard arm: a new variant does not
    /// compile until someone chooses.
    fn public(&self) -> (OAuthErrorCode, &'static str);

    /// Whether and when to try again.
    fn retry(&self) -> Option<Retry>;

    /// The nonce for another DPoP proof, if that is all that is wrong.
    fn fresh_nonce(&self) -> Option<&str> {
        None
    }
}

/// A refusal and whom it met.
#[derive(Debug)]
pub struct Refused<E> {
    /// Which client; none: no client that exists was named.
    pub client_id: Option<ClientId>,
    /// Why.
    pub error: E,
}

impl<E> Refused<E> {
    /// A refusal that met nobody known.
    pub fn nobody(error: E) -> Self {
        Self {
            client_id: None,
            error,
        }
    }

    /// The same as an error of a use case that this is a part of.
    pub fn into_error_of<F: From<E>>(self) -> Refused<F> {
        Refused {
            client_id: self.client_id,
            error: self.error.into(),
        }
    }
}
