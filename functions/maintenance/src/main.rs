//! The Lambda function `maintenance`: what is due, by schedule: mends what was left half done, changes signing keys.

use std::process::ExitCode;

use m2m_aws::OwnSecrets;
use m2m_aws::config::Config;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    m2m_lambda::run_maintenance(async {
        let config = Config::from_env(|name| std::env::var(name).ok())?;
        Ok(m2m_aws::start(&config, OwnSecrets::Read).await?)
    })
    .await
}
