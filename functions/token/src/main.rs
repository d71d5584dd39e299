//! The Lambda function `token`: the protocol endpoints.

use m2m_aws::OwnSecrets;
use m2m_aws::config::Config;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    m2m_lambda::log_as_json()?;
    let config = Config::from_env(|name| std::env::var(name).ok())?;
    let deployment = m2m_aws::start(&config, OwnSecrets::Read).await?;
    m2m_lambda::serve(m2m_http::protocol(&deployment)).await
}
