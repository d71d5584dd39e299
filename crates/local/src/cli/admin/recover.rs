//! `m2m admin recover`.

use std::path::PathBuf;

use clap::Args;
use m2m_local::admin;
use m2m_local::serve::open_stopped;

use super::deployment::DeploymentArgs;
use super::owner::OwnerArgs;
use super::{Outcome, tell};

#[derive(Debug, Args)]
pub(in crate::cli) struct Recover {
    #[command(flatten)]
    deployment: DeploymentArgs,
    /// The data directory of a local service that is stopped, instead of a deployment in AWS.
    #[arg(long)]
    data_dir: Option<PathBuf>,
    #[command(flatten)]
    owner: OwnerArgs,
    /// Print what was made as JSON, without the secret.
    #[arg(long)]
    json: bool,
}

impl Recover {
    pub(super) async fn run(self) -> Outcome {
        let (deployment, request) = match &self.data_dir {
            Some(data_dir) => {
                let request = self.owner.request("local", data_dir.join("admin.json"))?;
                (open_stopped(data_dir).await?, request)
            }
            None => {
                let request = self.owner.request("main", "admin.json".into())?;
                let config = self.deployment.config()?;
                (self.deployment.open(&config).await?, request)
            }
        };
        let made = admin::recover(&deployment, &request).await?;
        tell(&made, &request.owner, &request.out, self.json)
    }
}
