//! TLS with exactly one client: the Terraform whose certificate came in the environment.
//!
//! That certificate is self-signed and marked as a certificate authority, which the ordinary
//! check of client certificates refuses. It is a key to compare, not a chain to follow.

use std::sync::Arc;

use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, KeyPair, PKCS_ECDSA_P256_SHA256};
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, aws_lc_rs, verify_tls12_signature,
    verify_tls13_signature,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, Error, ServerConfig,
    SignatureScheme,
};
use tokio_rustls::TlsAcceptor;

use super::Failure;

/// Our end of the connection.
pub(super) struct Identity {
    pub(super) acceptor: TlsAcceptor,
    /// DER, for the handshake line.
    pub(super) certificate: Vec<u8>,
}

/// Makes a fresh certificate and lets in only the client with the certificate in `client_pem`.
pub(super) fn acceptor(client_pem: &str) -> Result<Identity, Failure> {
    let client = CertificateDer::from_pem_slice(client_pem.as_bytes())
        .map_err(|_| "PLUGIN_CLIENT_CERT is not a PEM certificate")?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let mut params = CertificateParams::new(vec!["localhost".to_owned()])?;
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let certificate = params.self_signed(&key)?.der().clone();
    let verifier = Arc::new(Pinned::new(client, &provider));
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(verifier)
        .with_single_cert(
            vec![certificate.clone()],
            PrivateKeyDer::try_from(key.serialize_der())?,
        )?;
    // Terraform 1.12 and newer insist on it.
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(Identity {
        acceptor: TlsAcceptor::from(Arc::new(config)),
        certificate: certificate.to_vec(),
    })
}

/// Accepts one certificate, byte for byte, from whoever holds its key.
#[derive(Debug)]
struct Pinned {
    certificate: CertificateDer<'static>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl Pinned {
    fn new(certificate: CertificateDer<'static>, provider: &CryptoProvider) -> Self {
        Self {
            certificate,
            algorithms: provider.signature_verification_algorithms,
        }
    }
}

impl ClientCertVerifier for Pinned {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        if *end_entity == self.certificate {
            Ok(ClientCertVerified::assertion())
        } else {
            Err(Error::InvalidCertificate(
                CertificateError::ApplicationVerificationFailure,
            ))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.algorithms)
    }

    /// P-521 must be among them: Terraform's key is one, and it silently sends no certificate
    /// where it is not wanted.
    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_terraform_is_wanted() {
        let pinned = Pinned::new(
            CertificateDer::from(vec![1]),
            &aws_lc_rs::default_provider(),
        );
        assert!(
            pinned
                .supported_verify_schemes()
                .contains(&SignatureScheme::ECDSA_NISTP521_SHA512)
        );
        assert!(pinned.client_auth_mandatory());
    }

    #[test]
    fn only_the_pinned_certificate_is_let_in() {
        let pinned = Pinned::new(
            CertificateDer::from(vec![1]),
            &aws_lc_rs::default_provider(),
        );
        let verify = |bytes: Vec<u8>| {
            pinned
                .verify_client_cert(&CertificateDer::from(bytes), &[], UnixTime::now())
                .is_ok()
        };
        assert!(verify(vec![1]));
        assert!(!verify(vec![2]));
        assert!(!verify(vec![1, 1]));
    }

    #[test]
    fn something_else_in_the_environment_is_said() {
        let error = acceptor("not PEM").err().unwrap();
        assert_eq!(
            error.to_string(),
            "PLUGIN_CLIENT_CERT is not a PEM certificate"
        );
    }
}
