//! `m2m admin after-restore`.

use std::sync::Arc;

use clap::Args;
use m2m_core::after_restore::{
    AfterRestore as Rules, AfterRestoreError, Decision, Findings, Restored,
};
use m2m_core::ports::SurveyedClient;
use m2m_core::random::SystemRandom;
use m2m_types::client_id::ClientId;
use serde_json::{Value, json};

use super::deployment::DeploymentArgs;
use crate::cli::{Outcome, output};

#[derive(Debug, Args)]
pub(in crate::cli) struct AfterRestore {
    #[command(flatten)]
    deployment: DeploymentArgs,
    /// Tell what there is to do, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// A client without a kept secret that was deleted since the moment of the backup; any number of times.
    #[arg(long, value_name = "CLIENT_ID", value_parser = |text: &str| ClientId::parse(text))]
    delete: Vec<ClientId>,
    /// No other client without a kept secret was deleted since.
    #[arg(long)]
    keep_others: bool,
    /// Delete so many clients again because their secrets are gone, although that is most of them.
    #[arg(long, value_name = "NUMBER")]
    expect_deletes: Option<usize>,
    /// Remove so many secrets because the table has no clients of theirs, although those are most.
    #[arg(long, value_name = "NUMBER")]
    expect_removals: Option<usize>,
    /// Print what was found and done as JSON.
    #[arg(long)]
    json: bool,
}

/// The operator has to say more.
#[derive(Debug, thiserror::Error)]
#[error(
    "nothing was done: the values of these clients' secrets are kept nowhere, so nothing tells whether they \
     were deleted since the moment of the backup. Look for `client deleted` in the log of the function clients; \
     then say --delete CLIENT_ID for each that was, and --keep-others for the rest"
)]
struct Undecided;

/// It may be the wrong place.
#[derive(Debug, thiserror::Error)]
#[error(
    "nothing was done: {0} clients would be deleted, more than stay. Is this the region and the prefix of their \
     secrets? If they were deleted indeed, say --expect-deletes {0}"
)]
struct MostAreGone(usize, #[source] AfterRestoreError);

/// It may be the wrong table.
#[derive(Debug, thiserror::Error)]
#[error(
    "nothing was done: {0} secrets would be removed for want of a client, more than stay. Is this the table, and \
     was it restored to the right moment? If those clients were made since indeed, say --expect-removals {0}"
)]
struct MostAreNewer(usize, #[source] AfterRestoreError);

impl AfterRestore {
    pub(super) async fn run(self) -> Outcome {
        let rules = self.rules().await?;
        if self.dry_run {
            output::remark("reading the table and the list of secrets");
            let findings = rules.examine().await?;
            return self.tell_findings(&findings);
        }
        let decision = Decision {
            delete: self.delete.iter().cloned().collect(),
            keep_others: self.keep_others,
            expected_deletes: self.expect_deletes,
            expected_removals: self.expect_removals,
        };
        match rules.run(&decision, &|step| output::remark(step)).await {
            Ok(restored) => self.tell(&restored),
            Err(AfterRestoreError::Undecided(clients)) => {
                clients.iter().for_each(remark_undecided);
                Err(Undecided.into())
            }
            Err(error @ AfterRestoreError::MostAreGone { deleted, .. }) => {
                Err(MostAreGone(deleted, error).into())
            }
            Err(error @ AfterRestoreError::MostAreNewer { removed, .. }) => {
                Err(MostAreNewer(removed, error).into())
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn rules(&self) -> Result<Rules, Box<dyn std::error::Error>> {
        let config = self.deployment.config()?;
        let deployment = self.deployment.open(&config).await?;
        let sdk = self.deployment.sdk().await;
        let survey = m2m_aws::survey(&sdk, &config.stores, Arc::new(SystemRandom));
        Ok(Rules {
            clients: deployment.clients(),
            keys: Arc::clone(&deployment.ports().keys),
            survey: Arc::new(survey),
        })
    }

    fn tell_findings(&self, findings: &Findings) -> Outcome {
        findings.unverifiable.iter().for_each(remark_undecided);
        if self.json {
            return Ok(output::json(&as_json(findings))?);
        }
        for line in lines(findings) {
            output::line(line)?;
        }
        Ok(output::line("nothing was changed")?)
    }

    fn tell(&self, restored: &Restored) -> Outcome {
        if restored.unset_counts > 0 || restored.repaired.failed > 0 {
            output::remark("something was changed meanwhile or failed: run the same command again");
        }
        if self.json {
            return Ok(output::json(&json!({
                "generation": restored.generation,
                "found": as_json(&restored.findings),
                "deleted": restored.deleted,
                "creates_and_deletes_finished": restored.repaired.finished,
                "creates_undone": restored.repaired.undone,
                "repairs_failed": restored.repaired.failed,
                "counts_not_set": restored.unset_counts,
            }))?);
        }
        for line in lines(&restored.findings) {
            output::line(line)?;
        }
        Ok(output::line(format_args!(
            "done; {} clients were deleted again, and tokens of before die within five minutes",
            restored.deleted.len()
        ))?)
    }
}

fn remark_undecided(client: &SurveyedClient) {
    let used = client
        .last_used_at
        .map_or("never".to_owned(), |at| at.to_string());
    output::remark(format_args!(
        "cannot be told: {} {:?} of {}, last used {used}",
        client.id,
        client.name.as_str(),
        client.owner
    ));
}

fn lines(findings: &Findings) -> Vec<String> {
    let mut lines = Vec::new();
    for client in &findings.deleted_since {
        lines.push(format!("deleted since the backup: {}", client.id));
    }
    for id in &findings.made_since {
        lines.push(format!("made since the backup, to be made again: {id}"));
    }
    let numbers = [
        (findings.confirmed, "clients with a live secret"),
        (findings.unverifiable.len(), "clients without a kept secret"),
        (
            findings.made_since.len(),
            "secrets without a client to be removed",
        ),
        (
            findings.still_kept.len(),
            "secrets of deleted clients to be removed",
        ),
        (findings.unfinished.len(), "creates under way"),
        (findings.missing_entries.len(), "list entries missing"),
        (
            findings.stale_entries.len(),
            "list entries that lead nowhere",
        ),
        (findings.wrong_counts.len(), "counts that are wrong"),
    ];
    lines.extend(numbers.map(|(number, what)| format!("{what}: {number}")));
    lines
}

fn as_json(findings: &Findings) -> Value {
    let ids = |clients: &[SurveyedClient]| -> Vec<ClientId> {
        clients.iter().map(|client| client.id.clone()).collect()
    };
    json!({
        "deleted_since": ids(&findings.deleted_since),
        "confirmed": findings.confirmed,
        "made_since": findings.made_since,
        "cannot_be_told": ids(&findings.unverifiable),
        "secrets_of_deleted_clients": findings.still_kept,
        "creates_under_way": findings.unfinished,
        "list_entries_missing": findings.missing_entries.len(),
        "list_entries_stale": findings.stale_entries.len(),
        "counts_wrong": findings.wrong_counts.len(),
    })
}
