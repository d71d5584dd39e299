//! Why a client was not authenticated.

use std::time::Duration;

use m2m_jose::Unavailable;
use m2m_types::client_id::ClientId;
use m2m_types::oauth_error::OAuthErrorCode;

use super::{CertificateMismatch, InvalidAssertion, InvalidCredentials};
use crate::active_client::NotActive;
use crate::ports::StoreError;
use crate::protocol_error::{ProtocolError, Retry, UNAVAILABLE};

/// Why a protocol endpoint does not know who asks. For the log; clients see only what
/// [`ProtocolError::public`] says.
#[derive(Debug, thiserror::Error)]
pub enum ClientAuthError {
    /// The request presents no usable credentials.
    #[error(transparent)]
    Credentials(#[from] InvalidCredentials),
    /// The credentials did not hold.
    #[error("not authenticated")]
    NotAuthenticated(#[source] AuthenticationFailure),
    /// The credentials did not hold, too often.
    #[error("not authenticated, too often")]
    Throttled {
        /// Why not.
        #[source]
        failure: AuthenticationFailure,
        /// How long to wait.
        wait: Duration,
    },
    /// Nobody can say whether the credentials hold.
    #[error("the keys that would prove who it is cannot be had")]
    KeysUnavailable(#[source] Unavailable),
    /// A store gave no answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why credentials did not hold. For the log only: outside, all but the store are one answer.
///
/// A client is named only if it exists: people swap the two fields, and what might be a secret must not
/// reach the log.
#[derive(Debug, thiserror::Error)]
pub enum AuthenticationFailure {
    /// The id cannot be one of ours.
    #[error("the client_id is malformed")]
    MalformedClientId,
    /// The secret cannot be one of ours.
    #[error("the client_secret is malformed or its checksum does not hold")]
    MalformedSecret,
    /// There is no such client.
    #[error("the client does not exist")]
    UnknownClient,
    /// The secret is none of the client's live ones.
    #[error("the client_secret of {0} is wrong or has expired")]
    WrongSecret(ClientId),
    /// The certificate is not the client's.
    #[error("the certificate does not prove that it is {0}")]
    WrongCertificate(ClientId, #[source] CertificateMismatch),
    /// The assertion is none.
    #[error("the client_assertion is malformed")]
    MalformedAssertion(#[source] InvalidAssertion),
    /// The assertion does not prove who sends it.
    #[error("the client_assertion does not prove that it is {0}")]
    WrongAssertion(ClientId, #[source] InvalidAssertion),
    /// The keys that somebody else publishes cannot be had.
    #[error("the keys that would prove that it is {0} cannot be had")]
    KeysUnavailable(ClientId, #[source] Unavailable),
    /// The client is registered for another method.
    #[error("the client {0} is registered for another method of authentication")]
    WrongMethod(ClientId),
    /// The client, or who stands behind it, is not active.
    #[error("the client {0} gets no tokens")]
    NotActive(ClientId, #[source] NotActive),
    /// The client may not ask from there.
    #[error("the client {0} may not ask from this address")]
    WrongNetwork(ClientId),
    /// Nothing can be said.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AuthenticationFailure {
    /// Which client it is about, if that exists.
    pub fn client_id(&self) -> Option<&ClientId> {
        match self {
            Self::WrongSecret(id)
            | Self::WrongCertificate(id, _)
            | Self::WrongAssertion(id, _)
            | Self::KeysUnavailable(id, _)
            | Self::WrongMethod(id)
            | Self::WrongNetwork(id)
            | Self::NotActive(id, _) => Some(id),
            Self::MalformedClientId
            | Self::MalformedSecret
            | Self::MalformedAssertion(_)
            | Self::UnknownClient
            | Self::Store(_) => None,
        }
    }
}

impl ProtocolError for ClientAuthError {
    fn public(&self) -> (OAuthErrorCode, &'static str) {
        use OAuthErrorCode as Code;
        match self {
            Self::Credentials(invalid) => (invalid.code(), invalid.description()),
            Self::NotAuthenticated(_) => (Code::InvalidClient, "client authentication failed"),
            Self::Throttled { .. } => (
                Code::TemporarilyUnavailable,
                "too many failed authentications: wait as Retry-After says",
            ),
            Self::KeysUnavailable(_) | Self::Store(_) => UNAVAILABLE,
        }
    }

    fn retry(&self) -> Option<Retry> {
        match self {
            Self::Throttled { wait, .. } => Some(Retry::TooMany(*wait)),
            Self::KeysUnavailable(_) | Self::Store(_) => Some(Retry::Unavailable),
            Self::Credentials(_) | Self::NotAuthenticated(_) => None,
        }
    }
}
