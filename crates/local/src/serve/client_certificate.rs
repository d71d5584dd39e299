//! What a client proves of itself in the TLS handshake, RFC 8705 §2.

use std::future::Future;
use std::io;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

use axum::Extension;
use axum::extract::Request;
use axum::middleware::AddExtension;
use axum_server::accept::Accept;
use axum_server::tls_rustls::RustlsAcceptor;
use m2m_http::ClientCertificate;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{ParsedCertificate, WebPkiClientVerifier};
use rustls::{
    DigitallySignedStruct, DistinguishedName, Error, RootCertStore, ServerConnection,
    SignatureScheme,
};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;
use tower::Layer;

use super::ServeError;

/// Takes any certificate whose private key the client proves to have, and asks for one without demanding it:
/// whom a certificate stands for is the service's to say, not TLS's.
#[derive(Debug)]
pub(super) struct AnyCertificate(WebPkiSupportedAlgorithms);

impl AnyCertificate {
    pub(super) fn with(provider: &CryptoProvider) -> Arc<Self> {
        Arc::new(Self(provider.signature_verification_algorithms))
    }
}

impl ClientCertVerifier for AnyCertificate {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        ParsedCertificate::try_from(end_entity).map(|_| ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.0)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.0)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_schemes()
    }
}

/// Whom the operator trusts to say which client a certificate stands for.
#[derive(Debug, Clone, Default)]
pub(super) struct ClientChain(Option<Arc<dyn ClientCertVerifier>>);

impl ClientChain {
    /// The authorities of a PEM file; without a file nobody is trusted.
    pub(super) fn read(
        file: Option<&Path>,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Self, ServeError> {
        let Some(path) = file else {
            return Ok(Self::default());
        };
        let refused = |source: Box<dyn std::error::Error + Send + Sync>| ServeError::ClientCa {
            path: path.to_owned(),
            source,
        };
        let mut roots = RootCertStore::empty();
        let certificates = CertificateDer::pem_file_iter(path).map_err(|e| refused(e.into()))?;
        for certificate in certificates {
            let certificate = certificate.map_err(|e| refused(e.into()))?;
            roots.add(certificate).map_err(|e| refused(e.into()))?;
        }
        // Fails if there are no authorities in the file.
        WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider))
            .build()
            .map(|verifier| Self(Some(verifier)))
            .map_err(|e| refused(e.into()))
    }

    fn trusts(&self, certificates: &[CertificateDer<'_>]) -> bool {
        let (Some(verifier), Some((end_entity, others))) = (&self.0, certificates.split_first())
        else {
            return false;
        };
        // The moment of the handshake, which rustls itself takes from here.
        let now = UnixTime::now();
        verifier.verify_client_cert(end_entity, others, now).is_ok()
    }

    fn certificate(&self, connection: &ServerConnection) -> Option<ClientCertificate> {
        let certificates = connection.peer_certificates()?;
        let end_entity = certificates.first()?;
        Some(ClientCertificate {
            der: end_entity.to_vec(),
            is_chain_trusted: self.trusts(certificates),
        })
    }
}

/// What the other end of a connection presented, in the extensions of each of its requests.
#[derive(Debug, Clone)]
pub(super) struct Presented(Option<ClientCertificate>);

/// Accepts connections and notes what their clients presented.
#[derive(Clone)]
pub(super) struct CertificateAcceptor {
    handshake: RustlsAcceptor,
    chain: ClientChain,
}

impl CertificateAcceptor {
    pub(super) fn new(handshake: RustlsAcceptor, chain: ClientChain) -> Self {
        Self { handshake, chain }
    }
}

type Accepted<S> = (TlsStream<TcpStream>, S);

impl<S> Accept<TcpStream, S> for CertificateAcceptor
where
    RustlsAcceptor: Accept<TcpStream, S, Stream = TlsStream<TcpStream>>,
    <RustlsAcceptor as Accept<TcpStream, S>>::Future: Send + 'static,
{
    type Stream = TlsStream<TcpStream>;
    type Service = AddExtension<<RustlsAcceptor as Accept<TcpStream, S>>::Service, Presented>;
    type Future = Pin<Box<dyn Future<Output = io::Result<Accepted<Self::Service>>> + Send>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let accepted = self.handshake.accept(stream, service);
        let chain = self.chain.clone();
        Box::pin(async move {
            let (stream, service) = accepted.await?;
            let (_, connection) = stream.get_ref();
            let presented = Presented(chain.certificate(connection));
            Ok((stream, Extension(presented).layer(service)))
        })
    }
}

/// What the connection's client presented, as the handlers want it.
pub(super) fn note_client_certificate(mut request: Request) -> Request {
    if let Some(Presented(Some(certificate))) = request.extensions_mut().remove::<Presented>() {
        request.extensions_mut().insert(certificate);
    }
    request
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use axum::Router;
    use axum::routing::get;
    use rcgen::{
        BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
        date_time_ymd,
    };
    use rustls::ClientConfig;
    use rustls::client::ResolvesClientCert;
    use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
    use rustls::sign::CertifiedKey;
    use tempfile::TempDir;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio_rustls::TlsConnector;

    use super::*;
    use crate::serve::Listener;

    /// A server that says what it knows of its client, and the authority that it trusts for clients.
    struct World {
        ca: Issuer<'static, KeyPair>,
        data_dir: TempDir,
        server_ca: PathBuf,
        address: std::net::SocketAddr,
    }

    async fn start() -> World {
        let data_dir = tempfile::tempdir().unwrap();
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let client_ca = data_dir.path().join("clients.pem");
        std::fs::write(&client_ca, params.self_signed(&key).unwrap().pem()).unwrap();
        let listener = Listener::bind(([127, 0, 0, 1], 0).into(), true).unwrap();
        let server_ca = listener.prepare_tls(data_dir.path(), Some(&client_ca));
        let address = listener.address();
        tokio::spawn(listener.serve(Router::new().route("/", get(tell)), std::future::pending()));
        World {
            ca: Issuer::new(params, key),
            server_ca: server_ca.unwrap().unwrap(),
            data_dir,
            address,
        }
    }

    async fn tell(certificate: Option<Extension<ClientCertificate>>) -> &'static str {
        match certificate {
            None => "none",
            Some(Extension(certificate)) if certificate.is_chain_trusted => "trusted",
            Some(_) => "not trusted",
        }
    }

    #[derive(Debug)]
    struct Always(Arc<CertifiedKey>);

    impl ResolvesClientCert for Always {
        fn resolve(&self, _: &[&[u8]], _: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
            Some(Arc::clone(&self.0))
        }

        fn has_certs(&self) -> bool {
            true
        }
    }

    impl World {
        fn certificate(&self, change: impl FnOnce(&mut CertificateParams)) -> (Vec<u8>, KeyPair) {
            let key = KeyPair::generate().unwrap();
            let mut params = CertificateParams::new(Vec::new()).unwrap();
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
            change(&mut params);
            let certificate = params.signed_by(&key, &self.ca).unwrap();
            (certificate.der().to_vec(), key)
        }

        /// What the server says of a client with that certificate and key; none: it hung up.
        async fn told(&self, presented: Option<(Vec<u8>, KeyPair)>) -> Option<String> {
            let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
            let mut roots = RootCertStore::empty();
            let ca = CertificateDer::from_pem_file(&self.server_ca).unwrap();
            roots.add(ca).unwrap();
            let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_root_certificates(roots);
            let config = match presented {
                None => config.with_no_client_auth(),
                Some((der, key)) => {
                    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
                    let key = provider.key_provider.load_private_key(key).unwrap();
                    let certified = CertifiedKey::new(vec![der.into()], key);
                    config.with_client_cert_resolver(Arc::new(Always(Arc::new(certified))))
                }
            };
            let socket = TcpStream::connect(self.address).await.unwrap();
            let name = ServerName::try_from("localhost").unwrap();
            let connector = TlsConnector::from(Arc::new(config));
            let mut stream = connector.connect(name, socket).await.ok()?;
            let request = "GET / HTTP/1.1\r\nhost: localhost\r\nx-client-cert: MAEA\r\n\
                           x-amzn-mtls-clientcert: MAEA\r\nconnection: close\r\n\r\n";
            stream.write_all(request.as_bytes()).await.ok()?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await.ok()?;
            let (_, body) = answer.split_once("\r\n\r\n")?;
            Some(body.to_owned())
        }
    }

    #[tokio::test]
    async fn a_certificate_is_asked_for_and_not_demanded() {
        let world = start().await;
        assert_eq!(world.told(None).await.as_deref(), Some("none"));
    }

    #[tokio::test]
    async fn the_chain_of_a_certificate_is_looked_at() {
        let world = start().await;
        let good = world.certificate(|_| ());
        assert_eq!(world.told(Some(good)).await.as_deref(), Some("trusted"));
        let expired = world.certificate(|params| params.not_after = date_time_ymd(2020, 1, 1));
        let told = world.told(Some(expired)).await;
        assert_eq!(told.as_deref(), Some("not trusted"));
        let for_servers = world.certificate(|params| {
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        });
        let told = world.told(Some(for_servers)).await;
        assert_eq!(told.as_deref(), Some("not trusted"));
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(Vec::new()).unwrap();
        let own = params.self_signed(&key).unwrap().der().to_vec();
        let told = world.told(Some((own, key))).await;
        assert_eq!(told.as_deref(), Some("not trusted"));
    }

    #[tokio::test]
    async fn who_lacks_the_key_is_not_let_in() {
        let world = start().await;
        let (stolen, _) = world.certificate(|_| ());
        let other = KeyPair::generate().unwrap();
        assert_eq!(world.told(Some((stolen, other))).await, None);
        let no_certificate = (vec![0x30, 0x01, 0x00], KeyPair::generate().unwrap());
        assert_eq!(world.told(Some(no_certificate)).await, None);
    }

    #[tokio::test]
    async fn a_file_without_authorities_is_refused_with_its_name() {
        let world = start().await;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        for (name, content) in [("empty.pem", Some("")), ("absent.pem", None)] {
            let file = world.data_dir.path().join(name);
            if let Some(content) = content {
                std::fs::write(&file, content).unwrap();
            }
            let refused = ClientChain::read(Some(&file), &provider).unwrap_err();
            assert!(refused.to_string().contains(name), "{refused}");
        }
    }
}
