//! The Lambda function `clients`: the management API.

use std::process::ExitCode;

use m2m_aws::OwnSecrets;
use m2m_aws::config::Config;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    m2m_lambda::run(async {
        let config = Config::from_env(|name| std::env::var(name).ok())?;
        let deployment = m2m_aws::start(&config, OwnSecrets::Provision).await?;
        // The keys of login providers, fetched when somebody logs in for the first time.
        let deployment = deployment.fetching(m2m_fetch::Fetcher::shared(
            config.service.allow_private_fetch,
        ));
        let router = m2m_http::management(&deployment);
        Ok(m2m_lambda::Front::of(&deployment, router))
    })
    .await
}
