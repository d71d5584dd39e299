//! The Lambda function `authorizer`: whether another API lets a request in, by its access token.

use std::process::ExitCode;

use m2m_lambda::AuthorizerConfig;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    m2m_lambda::run_authorizer(async {
        let config = AuthorizerConfig::from_env(|name| std::env::var(name).ok())?;
        Ok(config.verifier()?)
    })
    .await
}
