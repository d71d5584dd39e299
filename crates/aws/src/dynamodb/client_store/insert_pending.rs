//! The first step of a create.

use m2m_core::ports::{InsertOutcome, PendingClient, StoreError};

use super::count;
use crate::dynamodb::expression::{Expression, text};
use crate::dynamodb::items::{client, unfinished};
use crate::dynamodb::key::Key;
use crate::dynamodb::transaction::{Transacted, Write};
use crate::dynamodb::{Table, answers};

/// Where in the transaction the conditions are.
const CLIENT: usize = 0;
const ANSWER: usize = 3;

impl Table {
    pub(super) async fn insert_pending(
        &self,
        pending: PendingClient<'_>,
    ) -> Result<InsertOutcome, StoreError> {
        // The count's condition lets the first client of an organization pass.
        if pending.max_clients == Some(0) {
            return Ok(InsertOutcome::LimitReached);
        }
        let transacted = self.transact("insert a client", writes(&pending)?).await?;
        Ok(match &transacted {
            Transacted::Written => InsertOutcome::Inserted,
            // A twin has counted its client already, so it is looked for before the limit.
            _ if transacted.refused_at(ANSWER) => InsertOutcome::Twin,
            _ if transacted.refused_at(CLIENT) => InsertOutcome::IdTaken,
            Transacted::Refused(_) => InsertOutcome::LimitReached,
        })
    }
}

fn writes(pending: &PendingClient<'_>) -> Result<Vec<Write>, StoreError> {
    let mut new = client::to_item(pending.client)?;
    if let Some(kept) = pending.answer {
        let key = Key::answer(&kept.id);
        new.insert(client::ANSWER.to_owned(), text(key.pk));
    }
    let note = unfinished::to_item(&pending.client.id, pending.now)?;
    let mut writes = vec![
        Write::Put(new, Expression::when_absent()),
        count(&pending.client.organization, pending.max_clients),
        Write::put(note),
    ];
    if let Some(kept) = pending.answer {
        writes.push(answers::kept(kept)?);
    }
    Ok(writes)
}
