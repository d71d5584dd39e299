//! The first step of a create.

use m2m_core::ports::{InsertOutcome, PendingClient, StoreError};

use super::count;
use crate::dynamodb::Table;
use crate::dynamodb::expression::{Expression, number, text};
use crate::dynamodb::items::{answer, client, unfinished};
use crate::dynamodb::key::{Key, PARTITION_KEY};
use crate::dynamodb::transaction::{Transacted, Write};

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
        let free = Expression::when(format!(
            "attribute_not_exists({PARTITION_KEY}) OR expires_at <= :now"
        ))
        .value(":now", number(pending.now.as_second()));
        writes.push(Write::Put(answer::to_item(kept)?, free));
    }
    Ok(writes)
}
