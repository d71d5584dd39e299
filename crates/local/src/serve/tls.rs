//! HTTPS on a laptop: a certificate authority of the data directory and a certificate of it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;

use super::ServeError;
use crate::private_file;

/// The authority's certificate, which clients need.
const CA_FILE: &str = "ca.pem";
/// The authority's key, which nobody else needs.
const CA_KEY_FILE: &str = "ca.key";
/// Whom the certificate is for.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// A fresh certificate under the data directory's authority, and where the authority's certificate lies.
pub(super) fn prepare(data_dir: &Path) -> Result<(Arc<ServerConfig>, PathBuf), ServeError> {
    let ca_file = data_dir.join(CA_FILE);
    let ca_key = ca_key(data_dir)?;
    if !ca_file.exists() {
        let certificate = ca_params()?.self_signed(&ca_key).map_err(tls_error)?;
        write(&ca_file, certificate.pem().as_bytes())?;
    }
    let key = KeyPair::generate().map_err(tls_error)?;
    let mut params = CertificateParams::new(NAMES.map(str::to_owned)).map_err(tls_error)?;
    params
        .distinguished_name
        .push(DnType::CommonName, "m2m serve");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    let authority = Issuer::new(ca_params()?, &ca_key);
    let certificate = params.signed_by(&key, &authority).map_err(tls_error)?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(tls_error)?
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        )
        .map_err(tls_error)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let ca_file = fs::canonicalize(&ca_file).map_err(|source| ServeError::File {
        path: ca_file,
        source,
    })?;
    Ok((Arc::new(config), ca_file))
}

fn ca_params() -> Result<CertificateParams, ServeError> {
    let mut params = CertificateParams::new(Vec::new()).map_err(tls_error)?;
    params
        .distinguished_name
        .push(DnType::CommonName, "m2m serve local authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    Ok(params)
}

fn ca_key(data_dir: &Path) -> Result<KeyPair, ServeError> {
    let path = data_dir.join(CA_KEY_FILE);
    match fs::read_to_string(&path) {
        Ok(pem) => KeyPair::from_pem(&pem).map_err(tls_error),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let key = KeyPair::generate().map_err(tls_error)?;
            write(&path, key.serialize_pem().as_bytes())?;
            Ok(key)
        }
        Err(source) => Err(ServeError::File { path, source }),
    }
}

fn write(path: &Path, content: &[u8]) -> Result<(), ServeError> {
    private_file::replace(path, content).map_err(|source| ServeError::File {
        path: path.to_owned(),
        source,
    })
}

fn tls_error(error: impl std::error::Error + Send + Sync + 'static) -> ServeError {
    ServeError::Tls(Box::new(error))
}
