//! The whole service on a loopback port.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use axum::extract::{ConnectInfo, Request};
use axum::middleware::{self, Next};
use axum::response::Response;
use http::Method;
use m2m_aws::config::{ServiceConfig, StoresConfig};
use m2m_aws::{Stores, deployment, tables};
use m2m_core::caller::{IamCallers, TrustedIssuers};
use m2m_core::clients::InUsePeriod;
use m2m_core::clock::Clock;
use m2m_core::cursors::Cursors;
use m2m_core::deployment::Deployment;
use m2m_core::dpop::DpopNonces;
use m2m_core::keys::{self, RotationPeriod, SigningAlgorithm};
use m2m_core::mutual_tls::MutualTls;
use m2m_core::random::{Random, SystemRandom};
use m2m_http::{ClientAddress, ClientCertificate};
use m2m_local::stand_in::faults::Faults;
use m2m_local::stand_in::{Ambient, StandIn};
use m2m_testkit::{FakeClock, builders};
use m2m_types::admin::client::SecretStorage;
use m2m_types::audience::Audience;
use m2m_types::issuer::Issuer;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tower::util::MapRequestLayer;

use crate::call::Call;
use crate::directory::SteeredDirectory;
use crate::world;

/// How to start.
#[derive(Default)]
pub struct Setup {
    /// What signs.
    pub algorithm: SigningAlgorithm,
    /// The stores of a service before this one, which this one goes on with.
    pub after: Option<Left>,
    /// Who may call by AWS IAM.
    pub iam_callers: Option<IamCallers>,
    /// Whose tokens people may call with.
    pub trusted_issuers: TrustedIssuers,
    /// Where clients may present a certificate.
    pub mutual_tls: MutualTls,
    /// Whether DPoP proofs need a nonce.
    pub dpop_nonces: DpopNonces,
}

/// What outlives a service: its stores, its name and the time.
#[derive(Clone)]
pub struct Left {
    stand_in: StandIn,
    clock: Arc<FakeClock>,
    issuer: Issuer,
}

/// The whole service, with [`world::ada`] of `acme` in it. It ends with this value.
pub struct TestService {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its name; the address unless it goes on after another.
    pub issuer: Issuer,
    /// Its time.
    pub clock: Arc<FakeClock>,
    /// Its stores.
    pub stand_in: StandIn,
    /// What stands between it and its stores.
    pub faults: Faults,
    /// How it reads clients, owners and organizations.
    pub directory: Arc<SteeredDirectory>,
    /// The rules behind the port.
    pub deployment: Deployment,
    presented: Arc<Mutex<Option<ClientCertificate>>>,
    http: reqwest::Client,
    server: JoinHandle<()>,
}

impl Drop for TestService {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// A service with everything as usual.
pub async fn start() -> TestService {
    start_with(Setup::default()).await
}

/// A service as that setup says.
pub async fn start_with(setup: Setup) -> TestService {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let is_first = setup.after.is_none();
    let Left {
        stand_in,
        clock,
        issuer,
    } = setup.after.unwrap_or_else(|| new(address));
    let faults = Faults::around(stand_in.http_client());
    let config = ServiceConfig {
        issuer: issuer.clone(),
        signing_algorithm: setup.algorithm,
        key_rotation: RotationPeriod::default(),
        default_audience: Audience::parse(world::DEFAULT_AUDIENCE).unwrap(),
        secret_storage: SecretStorage::SecretsManager,
        secret_in_use: InUsePeriod::default(),
        iam_callers: setup.iam_callers,
        trusted_issuers: setup.trusted_issuers,
        mutual_tls: setup.mutual_tls,
        assertion_leeway: jiff::SignedDuration::from_secs(10),
        allow_private_fetch: true,
        dpop_nonces: setup.dpop_nonces,
    };
    let (deployment, directory) = deploy(&stand_in, &faults, &clock, &config).await;
    let presented = Arc::default();
    let server = tokio::spawn(serve(listener, &deployment, Arc::clone(&presented)));
    faults.clear();
    let service = TestService {
        address,
        issuer,
        clock,
        stand_in,
        faults,
        directory,
        deployment,
        presented,
        http: client(),
        server,
    };
    if is_first {
        let (ada, acme) = (world::ada(), builders::organization());
        service.add_principals(&ada, &acme).await;
    }
    service
}

impl TestService {
    /// What the next service may go on with.
    pub fn left(&self) -> Left {
        Left {
            stand_in: self.stand_in.clone(),
            clock: Arc::clone(&self.clock),
            issuer: self.issuer.clone(),
        }
    }

    /// Its present moment.
    pub fn now(&self) -> jiff::Timestamp {
        Clock::now(&*self.clock)
    }

    /// From now on all connections are those of a client with this certificate.
    pub fn present(&self, certificate: Option<ClientCertificate>) {
        let mut presented = self
            .presented
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *presented = certificate;
    }

    /// A call of a path.
    pub fn call(&self, method: Method, path: &str) -> Call {
        let url = format!("http://{}{path}", self.address);
        Call::new(&self.http, method, &url)
    }

    /// `GET`.
    pub fn get(&self, path: &str) -> Call {
        self.call(Method::GET, path)
    }

    /// `POST`.
    pub fn post(&self, path: &str) -> Call {
        self.call(Method::POST, path)
    }
}

/// A client that follows nothing and knows no proxy.
pub fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
}

fn new(address: SocketAddr) -> Left {
    let clock = Arc::new(FakeClock::default());
    let told = Arc::clone(&clock);
    let ambient = Ambient {
        clock: Arc::new(move || {
            let seconds = u64::try_from(told.now().as_second()).unwrap();
            SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
        }),
        ..Ambient::system()
    };
    Left {
        stand_in: StandIn::memory_with(ambient).unwrap(),
        clock,
        issuer: Issuer::parse(format!("http://{address}")).unwrap(),
    }
}

/// As `m2m serve` does it, but with the test's clock, faults and directory.
async fn deploy(
    stand_in: &StandIn,
    faults: &Faults,
    clock: &Arc<FakeClock>,
    service: &ServiceConfig,
) -> (Deployment, Arc<SteeredDirectory>) {
    let sdk = stand_in.sdk_config().into_builder();
    let sdk = sdk.http_client(faults.http_client()).build();
    let config = StoresConfig {
        table: "m2m-test".to_owned(),
        secret_prefix: "m2m/test".to_owned(),
        secret_kms_key: None,
    };
    tables::create_table_if_missing(&sdk, &config)
        .await
        .unwrap();
    let random: Arc<dyn Random> = Arc::new(SystemRandom);
    let mut stores = Stores::new(&sdk, &config, &service.issuer, Arc::clone(&random));
    let directory = Arc::new(SteeredDirectory::around(stores.directory));
    stores.directory = directory.clone();
    let clock: Arc<dyn Clock> = Arc::clone(clock) as Arc<dyn Clock>;
    let fetch = m2m_fetch::Fetcher::shared(service.allow_private_fetch);
    let deployment = deployment(service, stores, clock, random)
        .unwrap()
        .fetching(fetch);
    let ports = deployment.ports();
    keys::provision(&*ports.keys, service.signing_algorithm, &*ports.clock)
        .await
        .unwrap();
    Cursors::provision(&*ports.keys, &*ports.random)
        .await
        .unwrap();
    deployment.catalog().current().await.unwrap();
    (deployment, directory)
}

fn serve(
    listener: TcpListener,
    deployment: &Deployment,
    presented: Arc<Mutex<Option<ClientCertificate>>>,
) -> impl Future<Output = ()> + use<> {
    let note_certificate = move |mut request: Request| {
        let presented = presented.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(certificate) = presented.clone() {
            request.extensions_mut().insert(certificate);
        }
        request
    };
    let app = m2m_http::whole(deployment)
        .layer(MapRequestLayer::new(note_certificate))
        .layer(middleware::from_fn(note_client_address));
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    async move { axum::serve(listener, app).await.unwrap() }
}

async fn note_client_address(
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    mut request: Request,
    next: Next,
) -> Response {
    request.extensions_mut().insert(ClientAddress(address.ip()));
    next.run(request).await
}
