//! A deployment as it was configured, on its stores.

use std::sync::Arc;

use m2m_core::clock::Clock;
use m2m_core::deployment::{Deployment, DeploymentSettings, Ports};
use m2m_core::ports::NothingFetched;
use m2m_core::random::Random;
use m2m_core::resource_servers::ResourceServers;
use m2m_types::InvalidText;

use crate::Stores;
use crate::config::ServiceConfig;

/// Puts the configured service on its stores. It fetches nothing until it is told who does:
/// [`Deployment::fetching`].
///
/// # Errors
/// The issuer is too long to name the management API.
pub fn deployment(
    config: &ServiceConfig,
    stores: Stores,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
) -> Result<Deployment, InvalidText> {
    let settings = DeploymentSettings {
        issuer: config.issuer.clone(),
        resource_servers: ResourceServers::new(&config.issuer, config.default_audience.clone())?,
        signing_algorithm: config.signing_algorithm,
        key_rotation: config.key_rotation,
        secret_storage: config.secret_storage,
        secret_in_use: config.secret_in_use,
        iam_callers: config.iam_callers.clone(),
        trusted_issuers: config.trusted_issuers.clone(),
        mutual_tls: config.mutual_tls.clone(),
        assertion_leeway: config.assertion_leeway,
        dpop_nonces: config.dpop_nonces,
    };
    let Stores {
        directory,
        clients,
        values,
        keys,
        revocations,
        spent,
        resource_servers,
        quotas,
        answers,
        attempts,
        api_tokens,
    } = stores;
    Ok(Deployment::new(
        settings,
        Ports {
            directory,
            clients,
            values,
            keys,
            revocations,
            spent,
            quotas,
            answers,
            attempts,
            api_tokens,
            fetch: Arc::new(NothingFetched),
            resource_servers,
            clock,
            random,
        },
    ))
}
