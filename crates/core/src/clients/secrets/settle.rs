//! Writing a client's secrets, and moving the label of the current value after them.
//!
//! Programs that read the value in AWS Secrets Manager take the one with the label. It moves after the write that
//! makes a secret work or ends one, so the write leaves a note until it has moved.

use jiff::Timestamp;
use m2m_types::names::SecretId;
use tracing::warn;

use crate::client::Client;
use crate::clients::Clients;
use crate::ports::{KeptAnswer, StoreError, WriteOutcome};
use crate::revision::ATTEMPTS;
use crate::secret::rotation::preferred;

impl Clients {
    /// Writes a client with other secrets than it had, and the answer to who changed them.
    pub(super) async fn write_secrets(
        &self,
        present: &Client,
        changed: &Client,
        answer: Option<&KeptAnswer>,
    ) -> Result<WriteOutcome, StoreError> {
        let (expected, now) = (present.revision, changed.updated_at);
        let moves = current_value(changed, now) != current_value(present, now);
        if !moves {
            return self.store.replace(changed, expected, answer).await;
        }
        let written = self
            .store
            .replace_and_note(changed, expected, now, answer)
            .await?;
        if written == WriteOutcome::Written
            && let Err(error) = self.settle(changed).await
        {
            warn!(client_id = %changed.id, reason = &error as &dyn std::error::Error, "the label of a secret's value is left to be moved");
        }
        Ok(written)
    }

    /// Moves the label to the value that programs should take, and takes the note away; whether it had to be moved.
    ///
    /// The label is looked up before the client is read: if another change moves it in between, it is not where it was,
    /// and what is read then counts.
    pub(in crate::clients) async fn settle(&self, client: &Client) -> Result<bool, StoreError> {
        let mut is_moved = false;
        for _ in 0..ATTEMPTS {
            let labelled = self.values.find_current(&client.id).await?;
            let present = self.directory.find_client(&client.id).await?.client;
            // The note of a client that was deleted meanwhile is that of its delete.
            let Some(present) = present.filter(|present| present.state.is_live()) else {
                return Ok(is_moved);
            };
            let wanted = current_value(&present, self.clock.now());
            match (labelled, wanted) {
                (Some(from), Some(to)) if from != *to => {
                    self.values.make_current(&client.id, &from, to).await?;
                    is_moved = true;
                }
                _ => {
                    self.store
                        .remove_note(&client.id, Some(present.revision))
                        .await?;
                    return Ok(is_moved);
                }
            }
        }
        let reason = "others moved it again and again";
        Err(StoreError::new(
            "move the label of a secret's value",
            reason,
        ))
    }
}

/// The secret whose value programs should take, if it is kept.
fn current_value(client: &Client, now: Timestamp) -> Option<&SecretId> {
    let live = client.live_secrets(now);
    preferred(live.filter(|secret| secret.arn.is_some())).map(|secret| &secret.id)
}
