//! The Lambda function `token`: the protocol endpoints.

use std::sync::Arc;

use m2m_aws::config::Config;
use m2m_aws::{Stores, deployment, sdk_config};
use m2m_core::clock::SystemClock;
use m2m_core::random::SystemRandom;
use tracing::warn;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    m2m_lambda::log_as_json(m2m_aws::LOG_LIMIT);
    let config = Config::from_env(|name| std::env::var(name).ok())?;
    let stores = Stores::new(
        &sdk_config().await,
        &config.stores,
        &config.service.issuer,
        Arc::new(SystemRandom),
    );
    let deployment = deployment(
        &config.service,
        stores.clone(),
        Arc::new(SystemClock),
        Arc::new(SystemRandom),
    )?;
    // Connections are opened and keys parsed while nobody waits. A store that does not answer now is
    // asked again by the first request.
    let keys = deployment.keys();
    if let (Err(error), _) | (_, Err(error)) = tokio::join!(stores.warm_up(), keys.current()) {
        warn!(
            error = &error as &dyn std::error::Error,
            "started without a store"
        );
    }
    m2m_lambda::serve(m2m_http::protocol(&deployment)).await
}
