//! `m2m serve`: the whole service in one process on one data directory.

mod admin_file;
mod cache;
mod client_certificate;
mod dev_issuer;
mod error;
mod listener;
mod maintenance;
mod options;
mod record;
mod tls;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::SignedDuration;
use m2m_aws::config::{Config, ServiceConfig, StoresConfig};
use m2m_aws::{Stores, deployment, tables};
use m2m_core::bootstrap::FirstOwner;
use m2m_core::caller::TrustedIssuers;
use m2m_core::clock::{Clock, SystemClock};
use m2m_core::deployment::Deployment;
use m2m_core::mutual_tls::MutualTls;
use m2m_core::ports::FetchDocument;
use m2m_core::random::{Random, SystemRandom};
use m2m_types::admin::client::SecretStorage;
use m2m_types::admin::scopes::ManagementScope;
use m2m_types::audience::Audience;
use m2m_types::issuer::Issuer;
use m2m_types::names::{OrganizationId, OwnerId};
use m2m_types::scope::ScopeSet;
use tracing::info;

pub use admin_file::{AdminFile, AdminFileError};
pub use dev_issuer::{DevIssuer, DevLogin};
pub use error::ServeError;
pub use listener::Listener;
pub use options::Options;

use crate::stand_in::StandIn;
use record::Record;

/// The table in the embedded store.
const TABLE: &str = "m2m";
/// What the names of secrets in the embedded store start with.
const SECRET_PREFIX: &str = "m2m";

/// A service that is ready and listens, but does not answer before [`Server::run`].
pub struct Server {
    issuer: Issuer,
    address: SocketAddr,
    ca_file: Option<PathBuf>,
    new_admin_file: Option<PathBuf>,
    deployment: Deployment,
    stand_in: StandIn,
    listener: Listener,
}

impl Server {
    /// Opens the data directory, mends what a stopped process left, and binds the port.
    ///
    /// # Errors
    /// The directory or the port is taken, the issuer is another than recorded, or a store failed.
    pub async fn start(options: &Options) -> Result<Self, ServeError> {
        let listener = Listener::bind(options.listen, options.tls)?;
        // What is wrong with the directory is said before anything in it is made.
        admin_file::check(&options.data_dir)?;
        record::refuse_a_lost_store(&options.data_dir)?;
        let stand_in = StandIn::open(&options.data_dir)?;
        let record = record::settle(options, listener.address())?;
        let mut config = config_of(options, &record);
        let people = DevIssuer::ensure(&options.data_dir, &record)?;
        let trusted = TrustedIssuers::new(&record.issuer, options.trusted_issuers.clone())?;
        config.service.trusted_issuers = trusted.and_local(people.trusted()?);
        let fetch = people.published_beside(fetcher(&config))?;
        let deployment = open(&stand_in, &config).await?.fetching(fetch);
        deployment.provision_keys().await?;
        deployment.catalog().current().await?;
        deployment.clients().repair(SignedDuration::ZERO).await?;
        let first = first_owner(&record)?;
        let ca_file = listener.prepare_tls(&options.data_dir, options.client_ca.as_deref())?;
        let new_admin_file =
            admin_file::ensure(&options.data_dir, &deployment, &first, ca_file.as_deref()).await?;
        let issuer = record.issuer;
        info!(%issuer, data_dir = %options.data_dir.display(), "ready");
        let address = listener.address();
        Ok(Self {
            issuer,
            address,
            ca_file,
            new_admin_file,
            deployment,
            stand_in,
            listener,
        })
    }

    /// Who issues.
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The certificate authority that clients of a TLS server need.
    pub fn ca_file(&self) -> Option<&Path> {
        self.ca_file.as_deref()
    }

    /// Where the admin client's credentials were written, if this start made them.
    pub fn new_admin_file(&self) -> Option<&Path> {
        self.new_admin_file.as_deref()
    }

    /// The deployment behind the server.
    pub fn deployment(&self) -> &Deployment {
        &self.deployment
    }

    /// Answers requests until `shutdown`, then finishes those under way.
    ///
    /// # Errors
    /// The listener broke.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> Result<(), ServeError> {
        let router = m2m_http::whole(&self.deployment);
        let maintenance = self.deployment.maintenance();
        tokio::select! {
            served = self.listener.serve(router, shutdown) => served,
            never = maintenance::every_five_minutes(&maintenance, &self.stand_in) => match never {},
        }
    }
}

/// The deployment of a data directory that no server runs on: the lock keeps servers away while it lives.
///
/// # Errors
/// A server runs on it, none ever did, or a store is gone.
pub async fn open_stopped(data_dir: &Path) -> Result<Deployment, ServeError> {
    let record = record::read_recorded(data_dir)?;
    record::refuse_a_lost_store(data_dir)?;
    let stand_in = StandIn::open(data_dir)?;
    let options = Options {
        secret_storage: SecretStorage::None,
        ..Options::new(data_dir.to_owned(), Audience::parse("urn:m2m-oauth:api")?)
    };
    let config = config_of(&options, &record);
    Ok(open(&stand_in, &config).await?.fetching(fetcher(&config)))
}

fn config_of(options: &Options, record: &Record) -> Config {
    Config {
        service: ServiceConfig {
            issuer: record.issuer.clone(),
            signing_algorithm: record.signing_algorithm,
            key_rotation: options.key_rotation,
            default_audience: options.default_audience.clone(),
            secret_storage: options.secret_storage,
            secret_in_use: options.secret_in_use,
            iam_callers: None,
            trusted_issuers: TrustedIssuers::default(),
            mutual_tls: if options.tls {
                MutualTls::SameEndpoint
            } else {
                MutualTls::Off
            },
            assertion_leeway: SignedDuration::from_secs(10),
            allow_private_fetch: options.allow_private_fetch,
            dpop_nonces: options.dpop_nonces,
        },
        stores: StoresConfig {
            table: TABLE.to_owned(),
            secret_prefix: SECRET_PREFIX.to_owned(),
            secret_kms_key: None,
        },
    }
}

/// The same ports as in AWS, with a cache in front that only the single writer of a store may have.
async fn open(stand_in: &StandIn, config: &Config) -> Result<Deployment, ServeError> {
    let sdk = stand_in.sdk_config();
    tables::create_table_if_missing(&sdk, &config.stores).await?;
    let random: Arc<dyn Random> = Arc::new(SystemRandom);
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let stores = Stores::new(
        &sdk,
        &config.stores,
        &config.service.issuer,
        Arc::clone(&random),
    );
    let stores = cache::in_front_of(stores, stand_in);
    Ok(deployment(&config.service, stores, clock, random)?)
}

fn fetcher(config: &Config) -> Arc<dyn FetchDocument> {
    m2m_fetch::Fetcher::shared(config.service.allow_private_fetch)
}

fn first_owner(record: &Record) -> Result<FirstOwner, ServeError> {
    Ok(FirstOwner {
        owner: OwnerId::parse("local|admin")?,
        organization: OrganizationId::parse("local")?,
        permissions: everything(record),
    })
}

/// All that anybody may do on this machine.
fn everything(record: &Record) -> ScopeSet {
    let management = ManagementScope::all();
    let all = management.iter().chain(record.permissions.iter());
    all.cloned().collect()
}
