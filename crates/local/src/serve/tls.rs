//! HTTPS on a laptop: a certificate authority of the data directory and a certificate of it.

use std::fs;
use std::io;
use std::net::Ipv6Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, Certificate, CertificateParams, CidrSubnet, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints,
};
use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;
use tracing::warn;

use super::ServeError;
use super::client_certificate::{AnyCertificate, ClientChain};
use crate::private_file;

/// The authority's certificate, which clients need.
const CA_FILE: &str = "ca.pem";
/// The authority's key, which nobody else needs.
const CA_KEY_FILE: &str = "ca.key";
/// Whom the certificate is for.
const NAMES: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// How to answer a handshake, and whom to believe what a client presents in it.
pub(super) struct Prepared {
    pub(super) config: Arc<ServerConfig>,
    pub(super) client_chain: ClientChain,
}

/// A fresh certificate under the data directory's authority, and where the authority's certificate lies.
pub(super) fn prepare(
    data_dir: &Path,
    client_ca: Option<&Path>,
) -> Result<(Prepared, PathBuf), ServeError> {
    let ca_key = authority(data_dir)?;
    let (certificate, key) = sign(&ca_key, &NAMES)?;
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let client_chain = ClientChain::read(client_ca, &provider)?;
    let clients = AnyCertificate::with(&provider);
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(tls_error)?
        .with_client_cert_verifier(clients)
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        )
        .map_err(tls_error)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let ca_file = data_dir.join(CA_FILE);
    let ca_file = fs::canonicalize(&ca_file).map_err(|source| ServeError::File {
        path: ca_file,
        source,
    })?;
    let prepared = Prepared {
        config: Arc::new(config),
        client_chain,
    };
    Ok((prepared, ca_file))
}

fn sign(ca_key: &KeyPair, names: &[&str]) -> Result<(Certificate, KeyPair), ServeError> {
    let key = KeyPair::generate().map_err(tls_error)?;
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let mut params = CertificateParams::new(names).map_err(tls_error)?;
    params
        .distinguished_name
        .push(DnType::CommonName, "m2m serve");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    let authority = Issuer::new(ca_params()?, ca_key);
    let certificate = params.signed_by(&key, &authority).map_err(tls_error)?;
    Ok((certificate, key))
}

/// Whoever trusts the authority trusts it for this machine and nothing else, should its key get out.
fn ca_params() -> Result<CertificateParams, ServeError> {
    let mut params = CertificateParams::new(Vec::new()).map_err(tls_error)?;
    params
        .distinguished_name
        .push(DnType::CommonName, "m2m serve local authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: vec![
            GeneralSubtree::DnsName("localhost".to_owned()),
            GeneralSubtree::IpAddress(CidrSubnet::from_v4_prefix([127, 0, 0, 0], 8)),
            GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(
                Ipv6Addr::LOCALHOST.into(),
                128,
            )),
        ],
        excluded_subtrees: Vec::new(),
    });
    Ok(params)
}

/// The authority's key, with its certificate beside it. Neither is of use without the other: where the key is
/// lost, both are made anew. The certificate can be made again from the key.
fn authority(data_dir: &Path) -> Result<KeyPair, ServeError> {
    let (key_file, certificate_file) = (data_dir.join(CA_KEY_FILE), data_dir.join(CA_FILE));
    let file_error = |path: &Path| {
        let path = path.to_owned();
        move |source| ServeError::File { path, source }
    };
    let key = match fs::read_to_string(&key_file) {
        Ok(pem) => KeyPair::from_pem(&pem).map_err(tls_error)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            // First, so that no stop leaves a certificate beside a key that is not its own.
            match fs::remove_file(&certificate_file) {
                Ok(()) => warn!(
                    lost = %key_file.display(),
                    "the local certificate authority is made anew: whoever trusted the old one must be given \
                     the new ca.pem"
                ),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(file_error(&certificate_file)(error)),
            }
            let key = KeyPair::generate().map_err(tls_error)?;
            private_file::replace(&key_file, key.serialize_pem().as_bytes())
                .map_err(file_error(&key_file))?;
            key
        }
        Err(error) => return Err(file_error(&key_file)(error)),
    };
    if !certificate_file.exists() {
        let certificate = ca_params()?.self_signed(&key).map_err(tls_error)?;
        private_file::replace(&certificate_file, certificate.pem().as_bytes())
            .map_err(file_error(&certificate_file))?;
    }
    Ok(key)
}

fn tls_error(error: impl std::error::Error + Send + Sync + 'static) -> ServeError {
    ServeError::Tls(Box::new(error))
}

#[cfg(test)]
mod tests {
    use rustls::RootCertStore;
    use rustls::client::WebPkiServerVerifier;
    use rustls::client::danger::ServerCertVerifier;
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, ServerName, UnixTime};

    use super::*;

    /// Whether who trusts the data directory's `ca.pem` accepts a certificate of its authority for a name.
    #[track_caller]
    fn check(data_dir: &Path, name: &'static str, accepted: bool) {
        let (certificate, _) = sign(&authority(data_dir).unwrap(), &[name]).unwrap();
        let mut roots = RootCertStore::empty();
        let ca = CertificateDer::from_pem_file(data_dir.join(CA_FILE)).unwrap();
        roots.add(ca).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
            .build()
            .unwrap();
        let verified = verifier.verify_server_cert(
            certificate.der(),
            &[],
            &ServerName::try_from(name).unwrap(),
            &[],
            UnixTime::now(),
        );
        assert_eq!(verified.is_ok(), accepted, "{name}: {verified:?}");
    }

    #[test]
    fn the_authority_is_good_for_this_machine_alone() {
        let data_dir = tempfile::tempdir().unwrap();
        for name in NAMES.into_iter().chain(["127.1.2.3"]) {
            check(data_dir.path(), name, true);
        }
        for name in ["example.com", "192.0.2.1", "::2"] {
            check(data_dir.path(), name, false);
        }
    }

    #[test]
    fn a_lost_half_of_the_authority_is_made_to_fit() {
        let data_dir = tempfile::tempdir().unwrap();
        prepare(data_dir.path(), None).unwrap();
        for lost in [CA_KEY_FILE, CA_FILE] {
            fs::remove_file(data_dir.path().join(lost)).unwrap();
            prepare(data_dir.path(), None).unwrap();
            check(data_dir.path(), "localhost", true);
        }
    }
}
