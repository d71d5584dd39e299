//! The function `token` without what it does while nobody waits: `make bench-functions` measures what its first
//! request then costs.

use std::process::ExitCode;
use std::sync::Arc;

use m2m_aws::config::Config;
use m2m_aws::{Stores, deployment, sdk_config};
use m2m_core::clock::SystemClock;
use m2m_core::random::{Random, SystemRandom};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    m2m_lambda::run(async {
        let config = Config::from_env(|name| std::env::var(name).ok())?;
        let random: Arc<dyn Random> = Arc::new(SystemRandom);
        let sdk = sdk_config().await;
        let issuer = &config.service.issuer;
        let stores = Stores::new(&sdk, &config.stores, issuer, Arc::clone(&random));
        let clock = Arc::new(SystemClock);
        let deployment = deployment(&config.service, stores, clock, random)?;
        Ok(m2m_http::protocol(&deployment))
    })
    .await
}
