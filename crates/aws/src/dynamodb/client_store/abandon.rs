//! Giving up a create that did not finish.

use m2m_core::client::{Client, Revision};
use m2m_core::ports::{StoreError, WriteOutcome};

use super::change;
use crate::dynamodb::Table;
use crate::dynamodb::expression::{Expression, text};
use crate::dynamodb::items::client::ANSWER;
use crate::dynamodb::key::{Key, text_of};
use crate::dynamodb::transaction::Write;

const WHAT: &str = "abandon a client";
/// Where in the transaction the answer is.
const ANSWER_POSITION: usize = 1;

impl Table {
    /// The answer that goes with the client is named in the client's item. The revision holds the
    /// transaction to what is read here.
    pub(super) async fn abandon(
        &self,
        client: &Client,
        expected: Revision,
    ) -> Result<WriteOutcome, StoreError> {
        let Some(item) = self.find(WHAT, Key::client(&client.id)).await? else {
            return Ok(WriteOutcome::ChangedMeanwhile);
        };
        let mut writes = vec![mark_abandoned(client, expected)?];
        if let Some(pk) = text_of(&item, ANSWER) {
            writes.push(forget_answer(client, pk));
        }
        let transacted = self.transact(WHAT, writes).await?;
        if transacted.refused_at(ANSWER_POSITION) && !transacted.refused_at(0) {
            // The answer had expired and gave way to that of another create, which stays.
            let alone = vec![mark_abandoned(client, expected)?];
            return Ok(self.transact(WHAT, alone).await?.into());
        }
        Ok(transacted.into())
    }
}

fn mark_abandoned(client: &Client, expected: Revision) -> Result<Write, StoreError> {
    let (key, changes) = change(client, expected)?;
    let changes = changes.and_update("REMOVE #answer").name("#answer", ANSWER);
    Ok(Write::Update(key, changes))
}

fn forget_answer(client: &Client, pk: &str) -> Write {
    let ours = Expression::when("attribute_not_exists(pk) OR client_id = :client")
        .value(":client", text(client.id.as_str()));
    Write::Delete(Key::answer_at(pk), ours)
}
