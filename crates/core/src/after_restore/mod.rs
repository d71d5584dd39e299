//! After the table was restored from a backup: no token and no client that was stopped since comes alive.
//!
//! The table is back at an earlier moment, Secrets Manager is not. So every token is killed by the deployment's
//! generation, which lies there; a client whose secret was removed is deleted again; a secret without its client
//! goes; and what is derived from clients is made to fit them. Owners are those of the backup. Each step can be
//! repeated, and is when the command is run again.
//!
//! It is meant for a deployment whose clients nobody changes meanwhile. Should somebody, then no live client
//! loses its secret, since each is looked at once more; lists and counts may need another run.

mod findings;

use std::collections::BTreeSet;
use std::sync::Arc;

use m2m_types::client_id::ClientId;
use m2m_types::generation::Generation;

pub use findings::Findings;

use crate::client::ClientState;
use crate::clients::{Clients, LEFT_BEHIND, Repaired};
use crate::ports::{KeyStore, StoreError, Survey, SurveyedClient};
use crate::revision::ATTEMPTS;

/// What the operator knows of clients whose secrets' values are kept nowhere.
#[derive(Debug, Clone, Default)]
pub struct Decision {
    /// These were deleted since, and are deleted again.
    pub delete: BTreeSet<ClientId>,
    /// All others were not.
    pub keep_others: bool,
    /// So many clients are to be deleted again because their secrets are gone, although that is most of them.
    pub expected_deletes: Option<usize>,
    /// So many secrets are to be removed because the table has no client of theirs, although those are most.
    pub expected_removals: Option<usize>,
}

/// Why it was not begun or not finished.
#[derive(Debug, thiserror::Error)]
pub enum AfterRestoreError {
    /// Somebody has to decide about these.
    #[error("of {} clients nothing tells whether they were deleted since", .0.len())]
    Undecided(Vec<SurveyedClient>),
    /// More clients would be deleted than stay: it may be another region, or another deployment's secrets.
    #[error("of {} clients with a kept secret only {stay} still have it", stay + deleted)]
    MostAreGone {
        /// How many would be deleted.
        deleted: usize,
        /// How many would stay.
        stay: usize,
    },
    /// More secrets would be removed than belong to clients: it may be another table.
    #[error("of {} live secrets only {stay} belong to a client", stay + removed)]
    MostAreNewer {
        /// How many would be removed.
        removed: usize,
        /// How many would stay.
        stay: usize,
    },
    /// These cannot be deleted again.
    #[error("not a live client without a kept secret: {0}")]
    NotUnverifiable(ClientId),
    /// A store failed; what was done by then stays.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What was done.
#[derive(Debug)]
pub struct Restored {
    /// The deployment's generation from now on.
    pub generation: Generation,
    /// Creates and deletes that were under way.
    pub repaired: Repaired,
    /// What was found after that.
    pub findings: Findings,
    /// Clients that were deleted again.
    pub deleted: Vec<ClientId>,
    /// Counts that were changed by others meanwhile: running it again sets them.
    pub unset_counts: usize,
}

/// The rules and what they need.
pub struct AfterRestore {
    /// Changing clients.
    pub clients: Clients,
    /// The deployment's generation.
    pub keys: Arc<dyn KeyStore>,
    /// Seeing everything.
    pub survey: Arc<dyn Survey>,
}

impl AfterRestore {
    /// What there is to do. Changes nothing.
    ///
    /// # Errors
    /// A store failed.
    pub async fn examine(&self) -> Result<Findings, StoreError> {
        let table = self.survey.read_table().await?;
        let values = self.survey.read_values().await?;
        Ok(Findings::of(&table, &values))
    }

    /// Does it; `progress` hears of every step before it is taken.
    ///
    /// # Errors
    /// The operator has not decided about everything, in which case nothing was done, or a store failed.
    pub async fn run(
        &self,
        decision: &Decision,
        progress: &(dyn Fn(&str) + Sync),
    ) -> Result<Restored, AfterRestoreError> {
        progress("reading the table and the list of secrets");
        let before = self.examine().await?;
        check(&before, decision)?;
        progress("raising the deployment's generation: every token of before is dead");
        let generation = self.keys.raise_generation().await?;
        progress("finishing or undoing what was under way");
        let repaired = self.repair(&before).await?;
        progress("reading the table and the list of secrets again");
        let findings = self.examine().await?;
        progress("mending lists and counts");
        let unset_counts = self.mend(&findings).await?;
        progress("deleting again what was deleted");
        let deleted = self.delete_again(&findings, decision).await?;
        progress("scheduling the removal of secrets without a live client");
        for id in findings.made_since.iter().chain(&findings.still_kept) {
            self.remove_value(id).await?;
        }
        Ok(Restored {
            generation,
            repaired,
            findings,
            deleted,
            unset_counts,
        })
    }

    /// Follows the notes, and creates whose notes the backup lacks.
    async fn repair(&self, before: &Findings) -> Result<Repaired, StoreError> {
        let mut repaired = self.clients.repair(LEFT_BEHIND).await?;
        let made_before = self.clients.clock.now() - LEFT_BEHIND;
        for id in &before.unfinished {
            let found = self.clients.directory.find_client(id).await?.client;
            if found.is_some_and(|client| client.created_at <= made_before) {
                self.clients.repair_one(id, &mut repaired).await;
            }
        }
        Ok(repaired)
    }

    /// The list of secrets is younger than what was read of the table: whoever was made in between is live, and
    /// looked at here once more.
    async fn remove_value(&self, id: &ClientId) -> Result<(), StoreError> {
        let found = self.clients.directory.find_client(id).await?.client;
        match found.map(|client| client.state) {
            Some(
                ClientState::Pending
                | ClientState::Active
                | ClientState::Disabled
                | ClientState::Abandoned,
            ) => Ok(()),
            Some(ClientState::Deleted { .. }) | None => {
                self.clients.values.schedule_removal(id).await
            }
        }
    }

    /// How many counts could not be set because others changed them.
    async fn mend(&self, findings: &Findings) -> Result<usize, StoreError> {
        for entry in &findings.missing_entries {
            self.survey.write_entry(entry).await?;
        }
        for entry in &findings.stale_entries {
            self.survey.remove_entry(entry).await?;
        }
        let mut unset = 0;
        for (organization, present, count) in &findings.wrong_counts {
            let set = self.survey.set_count(organization, *present, *count);
            if !set.await? {
                unset += 1;
            }
        }
        Ok(unset)
    }

    async fn delete_again(
        &self,
        findings: &Findings,
        decision: &Decision,
    ) -> Result<Vec<ClientId>, StoreError> {
        let mut deleted = Vec::new();
        for client in &findings.deleted_since {
            // The list of secrets can lag behind; the secret itself tells.
            if !self.survey.has_live_value(&client.id).await?
                && self.clients.delete_again(&client.id).await?
            {
                deleted.push(client.id.clone());
            }
        }
        for id in &decision.delete {
            if self.clients.delete_again(id).await? {
                deleted.push(id.clone());
            }
        }
        Ok(deleted)
    }
}

/// Somebody has decided about everything that cannot be told, and about nothing else.
fn check(findings: &Findings, decision: &Decision) -> Result<(), AfterRestoreError> {
    let undecided: Vec<_> = findings
        .unverifiable
        .iter()
        .filter(|client| !decision.delete.contains(&client.id))
        .cloned()
        .collect();
    if !decision.keep_others && !undecided.is_empty() {
        return Err(AfterRestoreError::Undecided(undecided));
    }
    let (deleted, stay) = (findings.deleted_since.len(), findings.confirmed);
    if deleted > stay && decision.expected_deletes != Some(deleted) {
        return Err(AfterRestoreError::MostAreGone { deleted, stay });
    }
    let removed = findings.made_since.len();
    if removed > stay && decision.expected_removals != Some(removed) {
        return Err(AfterRestoreError::MostAreNewer { removed, stay });
    }
    match decision.delete.iter().find(|id| !findings.lets_delete(id)) {
        Some(id) => Err(AfterRestoreError::NotUnverifiable(id.clone())),
        None => Ok(()),
    }
}

impl Clients {
    /// Deletes a live client without asking who may: it was deleted before. Whether it was live.
    async fn delete_again(&self, id: &ClientId) -> Result<bool, StoreError> {
        for _ in 0..ATTEMPTS {
            let found = self.directory.find_client(id).await?.client;
            let Some(present) = found.filter(|client| client.state.is_live()) else {
                return Ok(false);
            };
            if let Some(deleted) = self.mark_deleted(present).await? {
                self.finish_delete(&deleted).await?;
                return Ok(true);
            }
        }
        Err(StoreError::new(
            "delete a client again",
            "others changed it again and again",
        ))
    }
}
