//! What `m2m serve` is told.

use std::net::SocketAddr;
use std::path::PathBuf;

use m2m_core::caller::TrustedIssuer;
use m2m_core::clients::InUsePeriod;
use m2m_core::dpop::DpopNonces;
use m2m_core::keys::{RotationPeriod, SigningAlgorithm};
use m2m_types::admin::client::SecretStorage;
use m2m_types::audience::Audience;
use m2m_types::issuer::Issuer;
use m2m_types::scope::ScopeSet;

/// How to serve.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where everything is kept.
    pub data_dir: PathBuf,
    /// A loopback address; port 0: any free one.
    pub listen: SocketAddr,
    /// HTTPS with a certificate of a local authority.
    pub tls: bool,
    /// PEM with the authorities that clients' certificates may chain to; none: all certificates are taken as
    /// self-signed ones. Of use with `tls` only.
    pub client_ca: Option<PathBuf>,
    /// Whether DPoP proofs need a nonce of this service.
    pub dpop_nonces: DpopNonces,
    /// Who issues; none: as recorded, at the first start the address it listens on.
    pub issuer: Option<Issuer>,
    /// Whether another issuer than the recorded one is wanted. Every token dies of it.
    pub change_issuer: bool,
    /// What the first signing keys are made for; none: as recorded, at the first start ES256.
    pub signing_algorithm: Option<SigningAlgorithm>,
    /// How long a signing key signs.
    pub key_rotation: RotationPeriod,
    /// What the tokens of a new client are for.
    pub default_audience: Audience,
    /// Where the values of new clients' secrets are kept.
    pub secret_storage: SecretStorage,
    /// How long a secret has to be unused before it is retired without further ado.
    pub secret_in_use: InUsePeriod,
    /// What the first owner may do beside managing clients; none: as recorded, at the first start `read write`.
    pub permissions: Option<ScopeSet>,
    /// Whose tokens people may call the management API with, beside those of `m2m dev-login`.
    pub trusted_issuers: Vec<TrustedIssuer>,
    /// Whether keys may be fetched from private addresses and from this machine.
    pub allow_private_fetch: bool,
}

impl Options {
    /// At any free port of this machine, over plain HTTP, everything else as it is without being told.
    pub fn new(data_dir: PathBuf, default_audience: Audience) -> Self {
        Self {
            data_dir,
            listen: ([127, 0, 0, 1], 0).into(),
            tls: false,
            client_ca: None,
            dpop_nonces: DpopNonces::Off,
            issuer: None,
            change_issuer: false,
            signing_algorithm: None,
            key_rotation: RotationPeriod::default(),
            default_audience,
            secret_storage: SecretStorage::SecretsManager,
            secret_in_use: InUsePeriod::default(),
            permissions: None,
            trusted_issuers: vec![],
            allow_private_fetch: false,
        }
    }

    /// Nothing but a data directory, and an issuer that does not depend on the port.
    #[cfg(test)]
    pub(super) fn for_test(data_dir: &std::path::Path) -> Self {
        Self {
            issuer: Some(Issuer::parse("https://auth.example").unwrap()),
            ..Self::new(data_dir.to_owned(), Audience::parse("urn:test").unwrap())
        }
    }
}
