//! What the tests share.

use std::any::Any;
use std::sync::Arc;

use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::SdkConfig;
use m2m_aws::config::{ServiceConfig, StoresConfig};
use m2m_aws::tables::create_table_if_missing;
use m2m_aws::{Stores, survey};
use m2m_core::caller::TrustedIssuers;
use m2m_core::client::{Client, ClientState};
use m2m_core::clients::InUsePeriod;
use m2m_core::dpop::DpopNonces;
use m2m_core::keys::{RotationPeriod, SigningAlgorithm};
use m2m_core::mutual_tls::MutualTls;
use m2m_core::ports::{InsertOutcome, KeptAnswer, PendingClient, StoreError, WriteOutcome};
use m2m_local::stand_in::StandIn;
use m2m_local::stand_in::faults::Faults;
use m2m_testkit::builders::{NOW, client_id, next, pending};
use m2m_testkit::{Ports, SeededRandom};
use m2m_types::admin::client::SecretStorage;
use m2m_types::audience::Audience;
use m2m_types::issuer::Issuer;

/// Where everything is.
pub(crate) fn config() -> StoresConfig {
    StoresConfig {
        table: "m2m-test".to_owned(),
        secret_prefix: "m2m/test".to_owned(),
        secret_kms_key: None,
    }
}

/// How the service behaves.
pub(crate) fn service_config() -> ServiceConfig {
    ServiceConfig {
        issuer: Issuer::parse("https://auth.example").unwrap(),
        signing_algorithm: SigningAlgorithm::Es256,
        key_rotation: RotationPeriod::default(),
        default_audience: Audience::parse("urn:m2m-oauth:api").unwrap(),
        secret_storage: SecretStorage::SecretsManager,
        secret_in_use: InUsePeriod::default(),
        iam_callers: None,
        trusted_issuers: TrustedIssuers::default(),
        mutual_tls: MutualTls::Off,
        assertion_leeway: jiff::SignedDuration::from_secs(10),
        allow_private_fetch: false,
        dpop_nonces: DpopNonces::Off,
    }
}

/// The stores on that configuration of the SDK, with their table.
pub(crate) async fn stores(sdk: &SdkConfig) -> Stores {
    create_table_if_missing(sdk, &config()).await.unwrap();
    stores_without_table(sdk)
}

/// The stores on that configuration of the SDK.
pub(crate) fn stores_without_table(sdk: &SdkConfig) -> Stores {
    let issuer = Issuer::parse("https://auth.example").unwrap();
    Stores::new(sdk, &config(), &issuer, Arc::new(SeededRandom::new(1)))
}

/// A deployment in memory whose calls to AWS can be made to fail.
pub(crate) struct Deployment {
    pub(crate) stores: Stores,
    pub(crate) faults: Faults,
    /// What goes through the faults.
    pub(crate) sdk: SdkConfig,
    pub(crate) dynamodb: aws_sdk_dynamodb::Client,
    pub(crate) secrets: aws_sdk_secretsmanager::Client,
}

impl Deployment {
    /// An empty one, whose table is there.
    pub(crate) async fn start() -> Self {
        Self::behind(|client| client).await
    }

    /// An empty one, with something between the faults and the stand-in.
    pub(crate) async fn behind(wrap: impl FnOnce(SharedHttpClient) -> SharedHttpClient) -> Self {
        let sdk = StandIn::memory().unwrap().sdk_config();
        create_table_if_missing(&sdk, &config()).await.unwrap();
        let direct = sdk.http_client().unwrap();
        let faults = Faults::around(wrap(direct));
        let faulty = sdk
            .clone()
            .into_builder()
            .http_client(faults.http_client())
            .build();
        Self {
            stores: stores_without_table(&faulty),
            faults,
            sdk: faulty,
            dynamodb: aws_sdk_dynamodb::Client::new(&sdk),
            secrets: aws_sdk_secretsmanager::Client::new(&sdk),
        }
    }

    /// Takes the first step of a create.
    pub(crate) async fn insert(
        &self,
        client: &Client,
        max_clients: Option<u32>,
        answer: Option<&KeptAnswer>,
    ) -> Result<InsertOutcome, StoreError> {
        let pending = PendingClient {
            client,
            max_clients,
            max_made_a_day: u32::MAX,
            answer,
            now: NOW,
        };
        self.stores.clients.insert_pending(pending).await
    }

    /// Makes an active client of that name.
    pub(crate) async fn create(&self, name: &str) -> Client {
        let new = pending(name);
        self.insert(&new, None, None).await.unwrap();
        let active = next(&new, ClientState::Active);
        let activate = self.stores.clients.activate(&active, new.revision, None);
        assert_eq!(activate.await.unwrap(), WriteOutcome::Written);
        active
    }

    /// Deletes an active client.
    pub(crate) async fn delete(&self, client: &Client) {
        let restorable_until = NOW;
        let deleted = next(
            client,
            ClientState::Deleted {
                restorable_until,
                was_disabled: false,
            },
        );
        let delete = self.stores.clients.delete(&deleted, client.revision, NOW);
        assert_eq!(delete.await.unwrap(), WriteOutcome::Written);
    }

    /// The client as it is kept.
    pub(crate) async fn client(&self, name: &str) -> Option<Client> {
        let id = client_id(name);
        self.stores.directory.find_client(&id).await.unwrap().client
    }

    /// How many clients of `acme` are counted.
    pub(crate) async fn count(&self) -> String {
        let item = self
            .dynamodb
            .get_item()
            .table_name(config().table)
            .key("pk", AttributeValue::S("ORG#acme".to_owned()))
            .key("sk", AttributeValue::S("COUNT".to_owned()))
            .send()
            .await
            .unwrap()
            .item;
        item.unwrap()["clients"].as_n().unwrap().clone()
    }
}

/// The ports of an empty deployment in memory.
pub(crate) async fn ports_in_memory() -> Ports {
    ports(&StandIn::memory().unwrap(), None).await
}

/// The ports of an empty deployment on files.
pub(crate) async fn ports_on_files() -> Ports {
    let directory = tempfile::tempdir().unwrap();
    let stand_in = StandIn::open(&directory.path().join("data")).unwrap();
    ports(&stand_in, Some(Arc::new(directory))).await
}

async fn ports(stand_in: &StandIn, guard: Option<Arc<dyn Any + Send + Sync>>) -> Ports {
    let sdk = stand_in.sdk_config();
    let stores = stores(&sdk).await;
    Ports {
        directory: stores.directory,
        clients: stores.clients,
        answers: stores.answers,
        values: stores.values,
        keys: stores.keys,
        revocations: stores.revocations,
        spent: stores.spent,
        resource_servers: stores.resource_servers,
        quotas: stores.quotas,
        attempts: stores.attempts,
        api_tokens: stores.api_tokens,
        survey: Arc::new(survey(&sdk, &config(), Arc::new(SeededRandom::new(2)))),
        guard,
    }
}
