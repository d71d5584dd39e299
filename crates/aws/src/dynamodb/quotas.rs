//! Counting tokens, each by one conditional write.

use async_trait::async_trait;
use jiff::SignedDuration;
use m2m_core::ports::{Counter, Counting, Quotas, StoreError};

use super::expression::{Expression, number};
use super::key::Key;
use super::update::Updated;
use super::{Item, Table};
use crate::deadline::within_deadline;

/// The attribute that counts.
const TOKENS: &str = "tokens";
/// How long a counter is kept beyond its time, for people who look.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// Counters in the table.
pub(crate) struct DynamoDbQuotas {
    table: Table,
}

impl DynamoDbQuotas {
    pub(crate) fn new(table: Table) -> Self {
        Self { table }
    }
}

#[async_trait]
impl Quotas for DynamoDbQuotas {
    async fn count(&self, counter: &Counter, limit: Option<u32>) -> Result<Counting, StoreError> {
        let one_more = one_more(counter, limit);
        let what = "count a token";
        let update = self.table.update(what, Key::counter(counter), one_more);
        match within_deadline(what, self.table.store(), update).await? {
            Updated::Written => Ok(Counting::Counted),
            Updated::Refused(_) => Ok(Counting::Full),
        }
    }

    async fn counted(&self, counter: &Counter) -> Result<u64, StoreError> {
        let what = "read how many tokens were counted";
        let find = self.table.find(what, Key::counter(counter));
        let found = within_deadline(what, self.table.store(), find).await?;
        found.map_or(Ok(0), |item| tokens(&item))
    }
}

fn one_more(counter: &Counter, limit: Option<u32>) -> Expression {
    let expires_at = counter.ends + KEPT;
    let update = "ADD #tokens :one SET schema_version = :version, expires_at = :expires_at";
    let update = Expression::update(update)
        .name("#tokens", TOKENS)
        .value(":one", number(1))
        .value(":version", number(1))
        .value(":expires_at", number(expires_at.as_second()));
    match limit {
        Some(limit) => update
            .and_when("attribute_not_exists(#tokens) OR #tokens < :limit")
            .value(":limit", number(limit)),
        None => update,
    }
}

fn tokens(item: &Item) -> Result<u64, StoreError> {
    let counted = item.get(TOKENS).and_then(|value| value.as_n().ok());
    counted
        .and_then(|number| number.parse().ok())
        .ok_or_else(|| StoreError::new("understand a count of tokens", "it is no number"))
}
