//! Refused token requests.

use async_trait::async_trait;
use jiff::Timestamp;
use m2m_core::ports::{Attempt, Attempts, StoreError};
use m2m_types::correlation_id::CorrelationId;

use super::Table;
use super::items::attempt;
use super::key::Key;
use crate::deadline::within_deadline;

/// Refused token requests in the table.
pub(crate) struct DynamoDbAttempts {
    table: Table,
}

impl DynamoDbAttempts {
    pub(crate) fn new(table: Table) -> Self {
        Self { table }
    }
}

#[async_trait]
impl Attempts for DynamoDbAttempts {
    async fn insert(&self, attempt: &Attempt, until: Timestamp) -> Result<(), StoreError> {
        within_deadline(
            "keep a refused token request",
            self.table.store(),
            self.table.keep_attempt(attempt, until),
        )
        .await
    }

    async fn find(
        &self,
        id: &CorrelationId,
        now: Timestamp,
    ) -> Result<Option<Attempt>, StoreError> {
        let what = "read a refused token request";
        let find = self.table.find(what, Key::attempt(id));
        let found = within_deadline(what, self.table.store(), find).await?;
        found.map_or(Ok(None), |item| attempt::from_item(item, now))
    }
}

impl Table {
    /// Its name is random, so that nothing is ever there before but the same: a repetition after a lost answer.
    async fn keep_attempt(&self, attempt: &Attempt, until: Timestamp) -> Result<(), StoreError> {
        let item = attempt::to_item(attempt, until)?;
        let put = self.client.put_item().table_name(&self.name);
        let sent = put.set_item(Some(item)).send().await;
        sent.map(drop)
            .map_err(|error| self.failed("keep a refused token request", "PutItem", &error))
    }
}
