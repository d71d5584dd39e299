//! Which deployment in AWS is meant.

use std::sync::Arc;

use clap::Args;
use m2m_aws::config::{Config, ConfigError};
use m2m_aws::{Stores, deployment, sdk_config_in};
use m2m_core::clock::SystemClock;
use m2m_core::deployment::Deployment;
use m2m_core::random::SystemRandom;

#[derive(Debug, Args)]
pub(super) struct DeploymentArgs {
    /// The issuer of the deployment.
    #[arg(long, env = "M2M_ISSUER")]
    issuer: Option<String>,
    /// The name of its table.
    #[arg(long, env = "M2M_TABLE")]
    table: Option<String>,
    /// What the names of its secrets start with.
    #[arg(long, env = "M2M_SECRET_PREFIX")]
    secret_prefix: Option<String>,
    /// The ARN of the KMS key that new secrets are encrypted with, if it has one of its own.
    #[arg(long, env = "M2M_SECRET_KMS_KEY")]
    secret_kms_key: Option<String>,
    /// The region; left out: as the AWS command line finds it.
    #[arg(long)]
    region: Option<String>,
}

/// The deployment is not named well enough.
#[derive(Debug, thiserror::Error)]
#[error(
    "{0}; --issuer, --table and --secret-prefix say the same as M2M_ISSUER, M2M_TABLE and M2M_SECRET_PREFIX"
)]
pub(super) struct Unnamed(ConfigError);

impl DeploymentArgs {
    /// The configuration, checked as a function checks its own.
    pub(super) fn config(&self) -> Result<Config, Unnamed> {
        Config::from_env(|name| match name {
            "M2M_ISSUER" => self.issuer.clone(),
            "M2M_TABLE" => self.table.clone(),
            "M2M_SECRET_PREFIX" => self.secret_prefix.clone(),
            "M2M_SECRET_KMS_KEY" => self.secret_kms_key.clone(),
            other => std::env::var(other).ok(),
        })
        .map_err(Unnamed)
    }

    /// The SDK's configuration, by the standard chain of credentials; `AWS_ENDPOINT_URL` is honoured.
    pub(super) async fn sdk(&self) -> aws_types::SdkConfig {
        sdk_config_in(self.region.clone()).await
    }

    /// The deployment as a function would have it.
    pub(super) async fn open(
        &self,
        config: &Config,
    ) -> Result<Deployment, Box<dyn std::error::Error>> {
        let random = Arc::new(SystemRandom);
        let sdk = self.sdk().await;
        let issuer = &config.service.issuer;
        let stores = Stores::new(&sdk, &config.stores, issuer, Arc::clone(&random) as _);
        let clock = Arc::new(SystemClock);
        Ok(deployment(&config.service, stores, clock, random)?)
    }
}
