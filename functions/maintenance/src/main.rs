//! The Lambda function `maintenance`: finishes or undoes what was left half done, by schedule.

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
