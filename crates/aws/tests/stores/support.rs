//! What the tests share.

use std::any::Any;
use std::sync::Arc;

use aws_types::SdkConfig;
use m2m_aws::Stores;
use m2m_aws::config::StoresConfig;
use m2m_aws::tables::create_table_if_missing;
use m2m_local::stand_in::StandIn;
use m2m_testkit::{Ports, SeededRandom};
use m2m_types::issuer::Issuer;

/// Where everything is.
pub(crate) fn config() -> StoresConfig {
    StoresConfig {
        table: "m2m-test".to_owned(),
        secret_prefix: "m2m/test".to_owned(),
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
    let stores = stores(&stand_in.sdk_config()).await;
    Ports {
        directory: stores.directory,
        clients: stores.clients,
        values: stores.values,
        keys: stores.keys,
        guard,
    }
}
