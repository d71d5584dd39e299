//! Starting a function.

use std::sync::Arc;

use m2m_core::clock::SystemClock;
use m2m_core::deployment::Deployment;
use m2m_core::ports::StoreError;
use m2m_core::random::SystemRandom;
use m2m_types::InvalidText;

use crate::config::Config;
use crate::{Stores, deployment, sdk_config};

/// What a function does about the deployment's own secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnSecrets {
    /// It reads them; until they are made it cannot sign.
    Read,
    /// It makes those that do not exist, too.
    Provision,
}

/// Puts a deployment on AWS as the environment names it, opens the connections, parses the keys and reads the
/// resource servers while nobody waits.
///
/// A store that does not answer now is asked again by the first request.
///
/// # Errors
/// The settings do not fit together.
pub async fn start(config: &Config, secrets: OwnSecrets) -> Result<Deployment, InvalidText> {
    let random = Arc::new(SystemRandom);
    let sdk = sdk_config().await;
    let stores = Stores::new(&sdk, &config.stores, &config.service.issuer, random.clone());
    let deployment = deployment(&config.service, stores, Arc::new(SystemClock), random)?;
    let catalog = deployment.catalog();
    // The first read of the table opens its connection, too, so that no request waits for TLS.
    let (servers, keys) = tokio::join!(catalog.current(), ready_keys(&deployment, secrets));
    for error in [servers.err(), keys.err()].into_iter().flatten() {
        tracing::warn!(
            reason = &error as &dyn std::error::Error,
            "started without a store"
        );
    }
    Ok(deployment)
}

async fn ready_keys(deployment: &Deployment, secrets: OwnSecrets) -> Result<(), StoreError> {
    match secrets {
        OwnSecrets::Read => deployment.keys().current().await.map(drop),
        OwnSecrets::Provision => deployment.provision_keys().await,
    }
}
