//! HTTPS: strangers are refused, a given authority is trusted.

use std::sync::Arc;

use m2m_client::{Api, Config, ConfigError, Error, Unreachable};
use m2m_types::issuer::Issuer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::server::credentials;

/// An HTTPS server with a certificate of its own; returns its issuer and that certificate.
async fn start() -> (Issuer, String) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else {
                continue;
            };
            let _ = stream.read(&mut [0; 4096]).await;
            let answer =
                b"HTTP/1.1 200 OK\r\ncontent-length: 11\r\nconnection: close\r\n\r\n{\"keys\":[]}";
            let _ = stream.write_all(answer).await;
            let _ = stream.shutdown().await;
        }
    });
    let issuer = Issuer::parse(format!("https://localhost:{port}")).unwrap();
    (issuer, made.cert.pem())
}

#[tokio::test]
async fn an_unknown_authority_is_refused_at_once_and_a_given_one_trusted() {
    let (endpoint, pem) = start().await;
    let mut config = Config::new(endpoint, credentials());
    let error = Api::new(&config).unwrap().jwks().await.unwrap_err();
    let Error::Unreachable { reason, .. } = &error else {
        panic!("{error}")
    };
    assert!(matches!(reason, Unreachable::Certificate(_)), "{error}");

    config.ca_cert = Some(pem.into_bytes());
    let keys = Api::new(&config).unwrap().jwks().await.unwrap();
    assert_eq!(keys, serde_json::json!({"keys": []}));
}

#[tokio::test]
async fn settings_that_cannot_work_are_refused() {
    let endpoint = Issuer::parse("https://a.example").unwrap();
    let mut config = Config::new(endpoint, credentials());
    config.ca_cert = Some(b"no certificate".to_vec());
    assert!(matches!(Api::new(&config), Err(ConfigError::CaCert)));
    config.ca_cert = None;
    config.request_timeout = std::time::Duration::ZERO;
    assert!(matches!(
        Api::new(&config),
        Err(ConfigError::RequestTimeout)
    ));
}
