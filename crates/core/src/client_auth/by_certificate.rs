//! Mutual TLS, RFC 8705 §2: what a client's certificate proves.

use jiff::Timestamp;
use m2m_jose::{KeyNotFound, PublicKey, PublicKeys};
use m2m_types::admin::credentials::CertificateSubject;
use m2m_types::client_id::ClientId;

use super::x509::Certificate;
use super::{
    AuthMethod, AuthenticatedClient, AuthenticationFailure, ClientAuthentication,
    ClientCertificate, ClientKeys, Proof,
};
use crate::client::Client;

/// Why a certificate proves nothing. For the log only.
#[derive(Debug, thiserror::Error)]
pub enum CertificateMismatch {
    /// It is no X.509 certificate.
    #[error("the certificate is malformed")]
    Malformed,
    /// Its validity does not include this moment.
    #[error("the certificate has expired or is not valid yet")]
    NotValidNow,
    /// Nobody whom the operator trusts issued it.
    #[error(
        "the certificate does not chain to a trusted authority: the gateway's trust store, or --client-ca"
    )]
    NotTrusted,
    /// It is somebody else's.
    #[error("the certificate does not have the registered {0}")]
    OtherSubject(&'static str),
    /// Its key is none of the client's.
    #[error("the certificate's key is none of the client's registered ones")]
    OtherKey,
    /// The keys that the client publishes cannot be had.
    #[error(transparent)]
    NoKeys(#[from] KeyNotFound),
}

impl CertificateMismatch {
    fn of(self, client: ClientId) -> AuthenticationFailure {
        match self {
            Self::NoKeys(KeyNotFound::Unavailable(unavailable)) => {
                AuthenticationFailure::KeysUnavailable(client, unavailable)
            }
            mismatch => AuthenticationFailure::WrongCertificate(client, mismatch),
        }
    }
}

impl ClientAuthentication {
    /// Any of the methods that the client is registered for at this moment may hold, if it is one by certificate.
    pub(super) async fn by_certificate(
        &self,
        unverified_client_id: &str,
        presented: &ClientCertificate,
        now: Timestamp,
    ) -> Result<AuthenticatedClient, AuthenticationFailure> {
        let id = ClientId::parse(unverified_client_id)
            .map_err(|_| AuthenticationFailure::MalformedClientId)?;
        let found = self.directory.find_client(&id).await?;
        let client = found.client.as_ref();
        let client = client.ok_or(AuthenticationFailure::UnknownClient)?;
        self.check_certificate(client, presented, now).await?;
        let proof = Proof::Certificate(presented.thumbprint());
        self.active(id, found, proof).await
    }

    async fn check_certificate(
        &self,
        client: &Client,
        certificate: &ClientCertificate,
        now: Timestamp,
    ) -> Result<(), AuthenticationFailure> {
        let mut failure = AuthenticationFailure::WrongMethod(client.id.clone());
        for method in client.auth.methods(now) {
            let checked = match method {
                AuthMethod::TlsClientAuth(subject) => check_issued(certificate, subject, now),
                AuthMethod::SelfSignedTlsClientAuth(keys) => {
                    self.check_self_signed(certificate, keys, now).await
                }
                _ => continue,
            };
            match checked {
                Ok(()) => return Ok(()),
                Err(mismatch) => {
                    failure = mismatch.of(client.id.clone());
                }
            }
        }
        Err(failure)
    }

    /// §2.2: the key counts, whoever certified it, so a certificate may be renewed with the same key.
    async fn check_self_signed(
        &self,
        presented: &ClientCertificate,
        keys: &ClientKeys,
        now: Timestamp,
    ) -> Result<(), CertificateMismatch> {
        let certificate = parse_valid(presented, now)?;
        let thumbprint = certificate.key_thumbprint();
        let thumbprint = thumbprint.ok_or(CertificateMismatch::OtherKey)?;
        match keys {
            ClientKeys::Inline(jwks) => PublicKeys::has_thumbprint(jwks.keys(), &thumbprint)
                .then_some(())
                .ok_or(CertificateMismatch::OtherKey),
            ClientKeys::Uri(url) => {
                let is_it = |key: &PublicKey| key.thumbprint() == thumbprint;
                self.remote_keys.find_where(url, is_it, now).await?;
                Ok(())
            }
        }
    }
}

/// §2.1: issued by whom the operator trusts, for this subject.
fn check_issued(
    presented: &ClientCertificate,
    subject: &CertificateSubject,
    now: Timestamp,
) -> Result<(), CertificateMismatch> {
    let certificate = parse_valid(presented, now)?;
    if !presented.is_chain_trusted {
        return Err(CertificateMismatch::NotTrusted);
    }
    if certificate.has(subject) {
        Ok(())
    } else {
        Err(CertificateMismatch::OtherSubject(subject.member()))
    }
}

/// A connection may outlive the certificate that it began with.
fn parse_valid(
    presented: &ClientCertificate,
    now: Timestamp,
) -> Result<Certificate<'_>, CertificateMismatch> {
    let certificate = Certificate::parse(&presented.der).ok_or(CertificateMismatch::Malformed)?;
    if certificate.is_valid_at(now) {
        Ok(certificate)
    } else {
        Err(CertificateMismatch::NotValidNow)
    }
}
