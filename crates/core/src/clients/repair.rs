//! Finishing or undoing what a stopped process left half done.

use jiff::SignedDuration;
use m2m_types::admin::client::SecretStorage;
use m2m_types::client_id::ClientId;
use tracing::info;

use super::Clients;
use crate::client::{Client, ClientState};
use crate::ports::{StoreError, WriteOutcome};

/// How many notes are read at once.
const PAGE: u32 = 100;

/// What a repair did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Repaired {
    /// Creates and deletes that were finished.
    pub finished: u32,
    /// Creates that were undone.
    pub undone: u32,
}

impl Clients {
    /// Follows every note older than `age`: a create whose secret's value is kept is finished, any other
    /// create is undone, a delete is finished. Safe to run twice at once and beside requests.
    ///
    /// # Errors
    /// A store failed; what is left is found by the next run.
    pub async fn repair(&self, age: SignedDuration) -> Result<Repaired, StoreError> {
        let mut repaired = Repaired::default();
        let mut after: Option<ClientId> = None;
        let before = self.clock.now() - age;
        loop {
            let notes = self.store.unfinished(after.as_ref(), PAGE).await?;
            let Some(last) = notes.last() else {
                return Ok(repaired);
            };
            after = Some(last.client.clone());
            for note in notes.iter().filter(|note| note.since <= before) {
                self.repair_one(&note.client, &mut repaired).await?;
                info!(client_id = %note.client, "repaired");
            }
        }
    }

    async fn repair_one(&self, id: &ClientId, repaired: &mut Repaired) -> Result<(), StoreError> {
        let Some(client) = self.directory.find_client(id).await?.client else {
            return self.store.finish_delete(id).await;
        };
        match client.state {
            ClientState::Pending if self.value_is_kept(&client).await? => {
                let expected = client.revision;
                let active = Client {
                    state: ClientState::Active,
                    revision: expected.next(),
                    ..client
                };
                self.store.activate(&active, expected, None).await?;
                repaired.finished += 1;
            }
            ClientState::Pending | ClientState::Abandoned => {
                self.undo_create(client).await?;
                repaired.undone += 1;
            }
            ClientState::Deleted { .. } => {
                self.finish_delete(&client).await?;
                repaired.finished += 1;
            }
            ClientState::Active => self.store.finish_delete(id).await?,
        }
        Ok(())
    }

    async fn value_is_kept(&self, client: &Client) -> Result<bool, StoreError> {
        match (client.secret_storage, client.secrets.first()) {
            (SecretStorage::SecretsManager, Some(secret)) => {
                Ok(self.values.find(&client.id, &secret.id).await?.is_some())
            }
            (SecretStorage::None, _) | (_, None) => Ok(false),
        }
    }

    /// Unmakes a client that never came to be: first nobody can finish it any more, then its value goes,
    /// then its record.
    pub(super) async fn undo_create(&self, client: Client) -> Result<(), StoreError> {
        let abandoned = if client.state == ClientState::Abandoned {
            client
        } else {
            let expected = client.revision;
            let abandoned = Client {
                state: ClientState::Abandoned,
                revision: expected.next(),
                ..client
            };
            match self.store.abandon(&abandoned, expected).await? {
                WriteOutcome::Written => abandoned,
                WriteOutcome::ChangedMeanwhile => return Ok(()),
            }
        };
        self.values.remove(&abandoned.id).await?;
        self.store.remove_abandoned(&abandoned).await?;
        Ok(())
    }
}
