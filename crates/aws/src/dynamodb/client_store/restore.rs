//! Bringing deleted clients back.

use jiff::Timestamp;
use m2m_core::ports::{RestoreOutcome, RestoredClient, StoreError};
use m2m_types::client_id::ClientId;

use super::{change, count};
use crate::dynamodb::items::unfinished;
use crate::dynamodb::key::Key;
use crate::dynamodb::transaction::{Transacted, Write};
use crate::dynamodb::{Table, answers, entries};

/// Where in the transaction the condition on the count is.
const COUNT: usize = 2;

impl Table {
    /// A transaction, although it is one write: its token tells a repetition of the SDK's own from somebody else's.
    pub(super) async fn begin_restore(
        &self,
        id: &ClientId,
        now: Timestamp,
        left_behind: Timestamp,
    ) -> Result<bool, StoreError> {
        let note = unfinished::of_restore(id, now)?;
        let write = Write::Put(note, unfinished::when_left_behind(left_behind));
        let transacted = self.transact("begin a restore", vec![write]).await?;
        Ok(transacted == Transacted::Written)
    }

    pub(super) async fn restore(
        &self,
        restored: RestoredClient<'_>,
    ) -> Result<RestoreOutcome, StoreError> {
        // The count's condition lets the first client of an organization pass.
        if restored.max_clients == Some(0) {
            return Ok(RestoreOutcome::LimitReached);
        }
        let client = restored.client;
        let (key, changes) = change(client, restored.before.revision)?;
        let note = Key::unfinished(&client.id);
        let mut writes = vec![
            Write::Update(key, changes),
            Write::Delete(note, unfinished::when_since(restored.since)),
            count(&client.organization, restored.max_clients),
        ];
        writes.extend(entries::relist(restored.before, client));
        writes.extend(restored.answer.map(answers::kept).transpose()?);
        let transacted = self.transact("restore a client", writes).await?;
        Ok(match &transacted {
            Transacted::Written => RestoreOutcome::Restored,
            Transacted::Refused(positions) if *positions == [COUNT] => RestoreOutcome::LimitReached,
            Transacted::Refused(_) => RestoreOutcome::ChangedMeanwhile,
        })
    }
}
