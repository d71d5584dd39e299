//! What was stopped.

mod denials;
mod snapshot;
mod writes;

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use m2m_core::ports::{Denial, DenyOutcome, Revocations, RevokedAt, StoreError, TokenName};
use m2m_types::client_id::ClientId;
use m2m_types::generation::Generation;

pub(super) use writes::{client_stopped, handle_stopped};

use super::Table;
use crate::deadline::{within, within_deadline};

/// The longest that reading everything takes, up to three times, many megabytes each. The gateway gives up after
/// 29 seconds.
const READ_ALL_DEADLINE: Duration = Duration::from_secs(20);

/// What was stopped, in the table.
pub(crate) struct DynamoDbRevocations {
    table: Table,
}

impl DynamoDbRevocations {
    pub(crate) fn new(table: Table) -> Self {
        Self { table }
    }

    async fn within_deadline<T>(
        &self,
        what: &str,
        call: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        within_deadline(what, self.table.store(), call).await
    }
}

#[async_trait]
impl Revocations for DynamoDbRevocations {
    async fn any_denied(&self, tokens: &[TokenName], kids: &[&str]) -> Result<bool, StoreError> {
        let what = "look for denied tokens";
        self.within_deadline(what, self.table.any_denied(what, tokens, kids))
            .await
    }

    async fn deny(&self, denial: &Denial) -> Result<DenyOutcome, StoreError> {
        let what = "deny a token";
        self.within_deadline(what, self.table.deny(what, denial))
            .await
    }

    async fn count_live(
        &self,
        client: &ClientId,
        generation: Generation,
        now: Timestamp,
        limit: u32,
    ) -> Result<u32, StoreError> {
        let what = "count denied tokens";
        let count = self.table.count_denied(what, client, generation, now);
        Ok(self.within_deadline(what, count).await?.min(limit))
    }

    async fn forget_denials(&self, client: &ClientId, below: Generation) -> Result<(), StoreError> {
        let what = "forget denied tokens";
        self.within_deadline(what, self.table.forget_denials(what, client, below))
            .await
    }

    async fn remove_kid(&self, kid: &str, until: Timestamp) -> Result<(), StoreError> {
        let what = "write a removed key";
        self.within_deadline(what, self.table.remove_kid(what, kid, until))
            .await
    }

    async fn sequence(&self) -> Result<u64, StoreError> {
        let what = "read the number of stops";
        self.within_deadline(what, self.table.sequence(what)).await
    }

    async fn read_all(&self, now: Timestamp) -> Result<RevokedAt, StoreError> {
        let what = "read what is stopped";
        let read = self.table.read_revoked(what, now);
        within(READ_ALL_DEADLINE, what, self.table.store(), read).await
    }
}
