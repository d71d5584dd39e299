//! `m2m serve`.

use std::io::IsTerminal;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use m2m_aws::config::parse_trusted_issuers;
use m2m_core::caller::TrustedIssuer;
use m2m_core::clients::InUsePeriod;
use m2m_core::dpop::DpopNonces;
use m2m_core::keys::{RotationPeriod, SigningAlgorithm};
use m2m_local::log;
use m2m_local::serve::{Options, Server};
use m2m_types::admin::client::SecretStorage;
use m2m_types::audience::Audience;
use m2m_types::issuer::Issuer;
use m2m_types::scope::ScopeSet;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::signals::StopSignals;
use super::{Outcome, output};

#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Where everything is kept; made at the first start.
    #[arg(long, env = "M2M_DATA_DIR", default_value = ".m2m")]
    data_dir: PathBuf,
    /// The loopback address to listen on; port 0 takes any free one.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Serve HTTPS with a certificate of a local authority (`ca.pem` in the data directory).
    #[arg(long)]
    tls: bool,
    /// PEM with the authorities that clients' certificates may chain to, for `tls_client_auth`; without it
    /// certificates count as self-signed.
    #[arg(long, requires = "tls")]
    client_ca: Option<PathBuf>,
    /// Whether DPoP proofs need a nonce of this service: `required` or `off`.
    #[arg(long, env = "M2M_DPOP_NONCE", default_value = "off", value_parser = parse_dpop_nonces)]
    dpop_nonce: DpopNonces,
    /// The issuer, if it is not the address listened on.
    #[arg(long, env = "M2M_ISSUER")]
    issuer: Option<Issuer>,
    /// Accept another issuer than at the first start; every token issued so far dies.
    #[arg(long)]
    change_issuer: bool,
    /// What the first signing keys are made for: ES256, RS256 or EdDSA; left out at the first start: ES256.
    #[arg(long, env = "M2M_SIGNING_ALG")]
    signing_alg: Option<SigningAlgorithm>,
    /// After how many days another key signs: 1 to 3650, or 0 for only by hand.
    #[arg(long, env = "M2M_KEY_ROTATION_DAYS", default_value = "30")]
    key_rotation_days: RotationPeriod,
    /// What the tokens of a new client are for: an absolute URI.
    #[arg(long, env = "M2M_DEFAULT_AUDIENCE", default_value = "urn:m2m-oauth:api", value_parser = parse_audience)]
    default_audience: Audience,
    /// Where the values of new clients' secrets are kept: `secrets_manager`, in the data directory, so that
    /// they can be shown again, or `none`.
    #[arg(long, env = "M2M_SECRET_STORAGE", default_value = "secrets_manager", value_parser = parse_secret_storage)]
    secret_storage: SecretStorage,
    /// How many hours a secret has to be unused before it is retired without force or an overlap: 2 to 720.
    #[arg(long, env = "M2M_SECRET_IN_USE_HOURS", default_value = "24")]
    secret_in_use_hours: InUsePeriod,
    /// What the local owner may do at your APIs, and so the most its clients may: scopes with spaces
    /// between them; left out at the first start: `read write`.
    #[arg(long, value_parser = ScopeSet::parse)]
    permissions: Option<ScopeSet>,
    /// Login providers whose tokens people may call the management API with, beside those of `m2m dev-login`: JSON by
    /// alias, as docs/login-providers.md has it.
    #[arg(long, env = "M2M_TRUSTED_ISSUERS", default_value = "{}", value_parser = parse_issuers)]
    trusted_issuers: Issuers,
    /// Fetch the keys of clients and of outside issuers from private addresses, too, and without TLS from this machine.
    #[arg(long, env = "M2M_ALLOW_PRIVATE_FETCH")]
    allow_private_fetch: bool,
    /// How much to log: off, error, warn, info, debug or trace. Other crates than this service's own are
    /// logged at info at most.
    #[arg(long, env = "M2M_LOG", default_value = "info")]
    log: LevelFilter,
}

/// One value for clap.
#[derive(Debug, Clone)]
struct Issuers(Vec<TrustedIssuer>);

fn parse_issuers(text: &str) -> Result<Issuers, String> {
    parse_trusted_issuers(text).map(Issuers)
}

fn parse_audience(text: &str) -> Result<Audience, m2m_types::InvalidText> {
    Audience::parse(text)
}

fn parse_secret_storage(text: &str) -> Result<SecretStorage, &'static str> {
    match text {
        "secrets_manager" => Ok(SecretStorage::SecretsManager),
        "none" => Ok(SecretStorage::None),
        _ => Err("either `secrets_manager` or `none`"),
    }
}

fn parse_dpop_nonces(text: &str) -> Result<DpopNonces, &'static str> {
    match text {
        "required" => Ok(DpopNonces::Required),
        "off" => Ok(DpopNonces::Off),
        _ => Err("either `required` or `off`"),
    }
}

impl Serve {
    pub(super) async fn run(self) -> Outcome {
        let lines = tracing_subscriber::fmt::layer()
            .with_writer(std::io::stderr)
            .with_ansi(std::io::stderr().is_terminal())
            .with_target(false);
        tracing_subscriber::registry()
            .with(lines.with_filter(log::filter(self.log)))
            .init();
        let stop = StopSignals::listen()?;
        let server = Server::start(&self.options()).await?;
        output::line(format_args!("m2m-oauth serves {}", server.issuer()))?;
        if let Some(ca_file) = server.ca_file() {
            output::line(format_args!(
                "its certificate authority is {}",
                ca_file.display()
            ))?;
        }
        if let Some(admin_file) = server.new_admin_file() {
            output::line(format_args!(
                "the admin client's credentials are in {}",
                admin_file.display()
            ))?;
        }
        server.run(stop.received()).await?;
        Ok(())
    }

    fn options(&self) -> Options {
        Options {
            data_dir: self.data_dir.clone(),
            listen: self.listen,
            tls: self.tls,
            client_ca: self.client_ca.clone(),
            dpop_nonces: self.dpop_nonce,
            issuer: self.issuer.clone(),
            change_issuer: self.change_issuer,
            signing_algorithm: self.signing_alg,
            key_rotation: self.key_rotation_days,
            default_audience: self.default_audience.clone(),
            secret_storage: self.secret_storage,
            secret_in_use: self.secret_in_use_hours,
            permissions: self.permissions.clone(),
            trusted_issuers: self.trusted_issuers.0.clone(),
            allow_private_fetch: self.allow_private_fetch,
        }
    }
}
