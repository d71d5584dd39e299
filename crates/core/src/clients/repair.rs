//! Finishing or undoing what a stopped process left half done.

use jiff::SignedDuration;
use m2m_types::admin::client::SecretStorage;
use m2m_types::client_id::ClientId;
use tracing::{info, warn};

use super::Clients;
use crate::client::{Client, ClientState};
use crate::ports::{StoreError, WriteOutcome};

/// How many notes are read at once.
const PAGE: u32 = 100;

/// A create, delete, restore or rotation that is older than this is not under way any more: no request takes so long.
pub const LEFT_BEHIND: SignedDuration = SignedDuration::from_mins(15);

/// What a repair did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Repaired {
    /// Creates, deletes and rotations that were finished; a restore that did not finish is a delete that does.
    pub finished: u32,
    /// Creates that were undone.
    pub undone: u32,
    /// Notes that could not be followed; the log says why, the next run tries again.
    pub failed: u32,
}

/// What following one note came to.
enum Followed {
    Finished,
    Undone,
    /// Somebody else was faster.
    Overtaken,
}

impl Followed {
    fn if_written(outcome: WriteOutcome, followed: Self) -> Self {
        match outcome {
            WriteOutcome::Written => followed,
            WriteOutcome::ChangedMeanwhile => Self::Overtaken,
        }
    }
}

impl Clients {
    /// Follows every note older than `age`: a create whose secret's value is kept is finished, any other
    /// create is undone, a delete is finished, a restore ends as the delete that it was to undo, the label of the
    /// current value goes to it. Safe to run twice at once and beside requests.
    ///
    /// # Errors
    /// The notes could not be read.
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
                self.repair_one(&note.client, &mut repaired).await;
            }
        }
    }

    /// One note that cannot be followed does not keep the others from being followed.
    pub(crate) async fn repair_one(&self, id: &ClientId, repaired: &mut Repaired) {
        match self.follow(id).await {
            Ok(Followed::Finished) => {
                info!(client_id = %id, "a create, delete or rotation was finished");
                repaired.finished += 1;
            }
            Ok(Followed::Undone) => {
                info!(client_id = %id, "a create was undone");
                repaired.undone += 1;
            }
            Ok(Followed::Overtaken) => {}
            Err(error) => {
                warn!(client_id = %id, reason = &error as &dyn std::error::Error, "a repair failed");
                repaired.failed += 1;
            }
        }
    }

    async fn follow(&self, id: &ClientId) -> Result<Followed, StoreError> {
        let Some(client) = self.directory.find_client(id).await?.client else {
            self.store.remove_note(id, None).await?;
            return Ok(Followed::Overtaken);
        };
        match client.state {
            ClientState::Pending => self.finish_or_undo(client).await,
            ClientState::Abandoned => self.remove(&client).await,
            ClientState::Deleted { .. } => self.delete_for_good(client).await,
            ClientState::Active | ClientState::Disabled => Ok(if self.settle(&client).await? {
                Followed::Finished
            } else {
                Followed::Overtaken
            }),
        }
    }

    /// From its new revision on, no restore that was begun before can finish: one that did while the value goes
    /// would bring back a client without it.
    async fn delete_for_good(&self, deleted: Client) -> Result<Followed, StoreError> {
        let expected = deleted.revision;
        let fenced = Client {
            revision: expected.next(),
            ..deleted
        };
        let written = self.store.replace(&fenced, expected, None).await?;
        if written == WriteOutcome::Written {
            self.finish_delete(&fenced).await?;
        }
        Ok(Followed::if_written(written, Followed::Finished))
    }

    async fn finish_or_undo(&self, mut pending: Client) -> Result<Followed, StoreError> {
        if self.value_is_kept(&mut pending).await? {
            let expected = pending.revision;
            let written = self
                .store
                .activate(&pending.activated(), expected, None)
                .await?;
            return Ok(Followed::if_written(written, Followed::Finished));
        }
        match self.abandon(pending).await? {
            Some(abandoned) => self.remove(&abandoned).await,
            None => Ok(Followed::Overtaken),
        }
    }

    /// Whether a create got as far as keeping the value, and if so, where.
    async fn value_is_kept(&self, client: &mut Client) -> Result<bool, StoreError> {
        let (SecretStorage::SecretsManager, Some(secret)) =
            (client.secret_storage, client.secrets.first_mut())
        else {
            return Ok(false);
        };
        secret.arn = self
            .values
            .find(&client.id, &secret.id)
            .await?
            .map(|kept| kept.arn);
        Ok(secret.arn.is_some())
    }

    /// From now on nobody can finish this create; none: somebody has, or has abandoned it.
    pub(super) async fn abandon(&self, pending: Client) -> Result<Option<Client>, StoreError> {
        let expected = pending.revision;
        let abandoned = Client {
            state: ClientState::Abandoned,
            revision: expected.next(),
            ..pending
        };
        let written = self.store.abandon(&abandoned, expected).await?;
        Ok((written == WriteOutcome::Written).then_some(abandoned))
    }

    /// First the value goes, then the record that leads to it.
    async fn remove(&self, abandoned: &Client) -> Result<Followed, StoreError> {
        if abandoned.secret_storage == SecretStorage::SecretsManager {
            self.values.remove(&abandoned.id).await?;
        }
        let removed = self.store.remove_abandoned(abandoned).await?;
        Ok(Followed::if_written(removed, Followed::Undone))
    }
}
