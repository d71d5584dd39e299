//! `m2m admin bootstrap`.

use clap::Args;
use m2m_local::admin;
use m2m_types::admin::scopes::ManagementScope;
use m2m_types::scope::ScopeSet;

use super::deployment::DeploymentArgs;
use super::owner::OwnerArgs;
use super::{Outcome, tell};

#[derive(Debug, Args)]
pub(in crate::cli) struct Bootstrap {
    #[command(flatten)]
    deployment: DeploymentArgs,
    #[command(flatten)]
    owner: OwnerArgs,
    /// What the owner may do at your APIs, and so the most its clients may: scopes with spaces between them.
    /// It may manage clients in any case.
    #[arg(long, default_value = "", value_parser = parse_permissions)]
    permissions: ScopeSet,
    /// Print what was made as JSON, without the secret.
    #[arg(long)]
    json: bool,
}

fn parse_permissions(text: &str) -> Result<ScopeSet, m2m_types::InvalidText> {
    if text.is_empty() {
        Ok(ScopeSet::default())
    } else {
        ScopeSet::parse(text)
    }
}

impl Bootstrap {
    pub(super) async fn run(self) -> Outcome {
        let config = self.deployment.config()?;
        let deployment = self.deployment.open(&config).await?;
        let request = self.owner.request("main", "admin.json".into())?;
        let permissions = ManagementScope::all()
            .iter()
            .chain(self.permissions.iter())
            .cloned()
            .collect();
        let made = admin::bootstrap(&deployment, permissions, &request).await?;
        tell(&made, &request.owner, &request.out, self.json)
    }
}
