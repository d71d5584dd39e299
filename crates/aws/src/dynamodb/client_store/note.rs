//! Notes of what a change leaves to be done in another store.

use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use jiff::Timestamp;
use m2m_core::client::{Client, Revision};
use m2m_core::ports::{KeptAnswer, StoreError, WriteOutcome};
use m2m_types::client_id::ClientId;

use super::change;
use crate::dynamodb::expression::Expression;
use crate::dynamodb::items::unfinished;
use crate::dynamodb::key::Key;
use crate::dynamodb::transaction::Write;
use crate::dynamodb::{Table, answers};

impl Table {
    pub(super) async fn replace_and_note(
        &self,
        client: &Client,
        expected: Revision,
        now: Timestamp,
        answer: Option<&KeptAnswer>,
    ) -> Result<WriteOutcome, StoreError> {
        let (key, changes) = change(client, expected)?;
        let mut writes = vec![
            Write::Update(key, changes),
            Write::put(unfinished::to_item(client, now)?),
        ];
        writes.extend(answer.map(answers::kept).transpose()?);
        Ok(self.transact("write a client", writes).await?.into())
    }

    pub(super) async fn remove_note(
        &self,
        id: &ClientId,
        seen: Option<Revision>,
    ) -> Result<(), StoreError> {
        const WHAT: &str = "remove a note";
        let condition = seen.map_or_else(Expression::default, unfinished::when_seen);
        let request = self
            .client
            .delete_item()
            .table_name(&self.name)
            .set_key(Some(Key::unfinished(id).into_item()))
            .set_expression_attribute_values(condition.values())
            .set_condition_expression(condition.condition);
        let mut backoff = self.backoff(WHAT);
        loop {
            let Err(error) = request.clone().send().await else {
                return Ok(());
            };
            match error.as_service_error() {
                // The note is of a later change.
                Some(DeleteItemError::ConditionalCheckFailedException(_)) => return Ok(()),
                Some(conflict @ DeleteItemError::TransactionConflictException(_)) => {
                    backoff.pause(conflict.to_string()).await?;
                }
                _ => return Err(self.failed(WHAT, "DeleteItem", &error)),
            }
        }
    }
}
