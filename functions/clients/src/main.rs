//! The Lambda function `clients`: the management API.

use std::process::ExitCode;

use m2m_aws::OwnSecrets;
use m2m_aws::config::Config;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    m2m_lambda::run(async {
        let config = Config::from_env(|name| std::env::var(name).ok())?;
        let deployment = m2m_aws::start(&config, OwnSecrets::Provision).await?;
        let router = m2m_http::management(&deployment);
        Ok(m2m_lambda::Front::of(&deployment, router))
    })
    .await
}
