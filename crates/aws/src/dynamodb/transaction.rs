//! Writes that happen together or not at all.

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::error::TransactionCanceledException;
use aws_sdk_dynamodb::types::{Delete, Put, TransactWriteItem, Update};
use m2m_core::ports::StoreError;

use super::backoff::Backoff;
use super::expression::Expression;
use super::key::Key;
use super::{Item, Table};
use crate::failure::failed;

/// What became of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Transacted {
    /// All of it is written.
    Written,
    /// Nothing is written, because the conditions at these positions did not hold.
    Refused(Vec<usize>),
}

impl Transacted {
    /// Whether the condition at that position did not hold.
    pub(super) fn refused_at(&self, position: usize) -> bool {
        matches!(self, Self::Refused(positions) if positions.contains(&position))
    }
}

/// One write of a transaction.
pub(super) enum Write {
    /// Writes a whole item.
    Put(Item, Expression),
    /// Changes attributes of an item.
    Update(Key, Expression),
    /// Removes an item.
    Delete(Key, Expression),
}

impl Write {
    /// Writes a whole item, whatever was there.
    pub(super) fn put(item: Item) -> Self {
        Self::Put(item, Expression::default())
    }

    /// Removes an item; none is no error.
    pub(super) fn delete(key: Key) -> Self {
        Self::Delete(key, Expression::default())
    }
}

impl Table {
    /// Writes all or nothing. The SDK gives each transaction a token of its own, so that its own
    /// repetition of a write whose answer was lost does not write again.
    pub(super) async fn transact(
        &self,
        what: &str,
        writes: Vec<Write>,
    ) -> Result<Transacted, StoreError> {
        self.transact_within(self.backoff(what), what, writes).await
    }

    /// The same for what stops tokens, which others' revocations may hold up but not refuse.
    pub(super) async fn transact_stop(
        &self,
        what: &str,
        writes: Vec<Write>,
    ) -> Result<Transacted, StoreError> {
        let backoff = self.backoff(what).patient();
        self.transact_within(backoff, what, writes).await
    }

    async fn transact_within(
        &self,
        mut backoff: Backoff<'_>,
        what: &str,
        writes: Vec<Write>,
    ) -> Result<Transacted, StoreError> {
        let writes = writes
            .into_iter()
            .map(|write| self.transact_item(write))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|error| failed(what, &error))?;
        loop {
            let result = self
                .client
                .transact_write_items()
                .set_transact_items(Some(writes.clone()))
                .send()
                .await;
            let Err(error) = result else {
                return Ok(Transacted::Written);
            };
            match self.judge(what, &error)? {
                Verdict::Refused(positions) => return Ok(Transacted::Refused(positions)),
                Verdict::Passes(reason) => backoff.pause(reason).await?,
            }
        }
    }

    /// Tells conditions that did not hold from conflicts, which pass, and from failures.
    fn judge(
        &self,
        what: &str,
        error: &SdkError<TransactWriteItemsError>,
    ) -> Result<Verdict, StoreError> {
        let Some(TransactWriteItemsError::TransactionCanceledException(canceled)) =
            error.as_service_error()
        else {
            return Err(self.failed(what, "TransactWriteItems", error));
        };
        let refused = positions(canceled, |code| code == "ConditionalCheckFailed");
        if !refused.is_empty() {
            return Ok(Verdict::Refused(refused));
        }
        let failures = positions(canceled, |code| !passes(code));
        if failures.is_empty() {
            return Ok(Verdict::Passes(codes(canceled)));
        }
        let reason = format!("{}: {}", self.store(), codes(canceled));
        Err(StoreError::new(what, reason))
    }

    fn transact_item(
        &self,
        write: Write,
    ) -> Result<TransactWriteItem, aws_smithy_types::error::operation::BuildError> {
        let item = TransactWriteItem::builder();
        let item = match write {
            Write::Put(new, expression) => item.put(
                Put::builder()
                    .table_name(&self.name)
                    .set_item(Some(new))
                    .set_expression_attribute_names(expression.names())
                    .set_expression_attribute_values(expression.values())
                    .set_condition_expression(expression.condition)
                    .build()?,
            ),
            Write::Update(key, expression) => item.update(
                Update::builder()
                    .table_name(&self.name)
                    .set_key(Some(key.into_item()))
                    .set_expression_attribute_names(expression.names())
                    .set_expression_attribute_values(expression.values())
                    .set_update_expression(expression.update)
                    .set_condition_expression(expression.condition)
                    .build()?,
            ),
            Write::Delete(key, expression) => item.delete(
                Delete::builder()
                    .table_name(&self.name)
                    .set_key(Some(key.into_item()))
                    .set_expression_attribute_names(expression.names())
                    .set_expression_attribute_values(expression.values())
                    .set_condition_expression(expression.condition)
                    .build()?,
            ),
        };
        Ok(item.build())
    }
}

/// Why a transaction was canceled, unless it failed.
enum Verdict {
    /// The conditions at these positions did not hold.
    Refused(Vec<usize>),
    /// For this reason, which passes.
    Passes(String),
}

/// Whether the write may well succeed in a moment, or has nothing against it.
fn passes(code: &str) -> bool {
    [
        "None",
        "TransactionConflict",
        "ThrottlingError",
        "ProvisionedThroughputExceeded",
    ]
    .contains(&code)
}

fn positions(
    canceled: &TransactionCanceledException,
    is_meant: impl Fn(&str) -> bool,
) -> Vec<usize> {
    let reasons = canceled.cancellation_reasons().iter().enumerate();
    reasons
        .filter(|(_, reason)| is_meant(reason.code().unwrap_or("None")))
        .map(|(position, _)| position)
        .collect()
}

fn codes(canceled: &TransactionCanceledException) -> String {
    let reasons = canceled.cancellation_reasons().iter();
    let codes: Vec<_> = reasons
        .map(|reason| reason.code().unwrap_or("None"))
        .collect();
    format!("the transaction was canceled: {}", codes.join(", "))
}
