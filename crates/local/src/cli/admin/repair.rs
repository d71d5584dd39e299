//! `m2m admin repair`.

use clap::Args;
use m2m_core::clients::LEFT_BEHIND;
use serde_json::json;

use super::Outcome;
use super::deployment::DeploymentArgs;
use crate::cli::output;

#[derive(Debug, Args)]
pub(in crate::cli) struct Repair {
    #[command(flatten)]
    deployment: DeploymentArgs,
    /// Print what was done as JSON.
    #[arg(long)]
    json: bool,
}

/// Some are still half done.
#[derive(Debug, thiserror::Error)]
#[error(
    "{0} could not be repaired: do the credentials allow what the stack's operator_policy names? Then run the same \
     command again"
)]
struct Failed(u32);

impl Repair {
    pub(super) async fn run(self) -> Outcome {
        let config = self.deployment.config()?;
        let deployment = self.deployment.open(&config).await?;
        let repaired = deployment.clients().repair(LEFT_BEHIND).await?;
        if self.json {
            output::json(&json!({
                "creates_and_deletes_finished": repaired.finished,
                "creates_undone": repaired.undone,
                "repairs_failed": repaired.failed,
            }))?;
        } else {
            output::line(format_args!(
                "{} creates and deletes were finished, {} creates undone",
                repaired.finished, repaired.undone
            ))?;
        }
        match repaired.failed {
            0 => Ok(()),
            failed => Err(Failed(failed).into()),
        }
    }
}
