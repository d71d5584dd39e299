//! Reading a partition in the order of its sort keys.

use std::borrow::Cow;

use m2m_core::ports::StoreError;

use super::expression::text;
use super::key::Key;
use super::{Item, Table};

/// Which items of which partition.
pub(super) struct Query {
    /// The partition.
    pub(super) pk: String,
    /// What the sort keys start with; empty: anything.
    pub(super) prefix: Cow<'static, str>,
    /// The key behind which to begin; it need not exist.
    pub(super) after: Option<Key>,
    /// At most so many.
    pub(super) limit: u32,
}

impl Table {
    /// Reads at most `limit` items consistently, in as many round trips as DynamoDB's page of 1 MB
    /// asks for.
    pub(super) async fn query(&self, what: &str, query: Query) -> Result<Vec<Item>, StoreError> {
        self.query_in_order(what, query, true).await
    }

    /// The same from the last sort key to the first.
    pub(super) async fn query_backward(
        &self,
        what: &str,
        query: Query,
    ) -> Result<Vec<Item>, StoreError> {
        self.query_in_order(what, query, false).await
    }

    async fn query_in_order(
        &self,
        what: &str,
        query: Query,
        forward: bool,
    ) -> Result<Vec<Item>, StoreError> {
        let mut items = Vec::new();
        let mut after = query.after.clone().map(Key::into_item);
        while items.len() < query.limit as usize {
            let missing = query.limit as usize - items.len();
            let output = self
                .client
                .query()
                .table_name(&self.name)
                .set_key_condition_expression(Some(query.condition().to_owned()))
                .set_expression_attribute_values(Some(query.values()))
                .consistent_read(true)
                .scan_index_forward(forward)
                .limit(i32::try_from(missing).unwrap_or(i32::MAX))
                .set_exclusive_start_key(after)
                .send()
                .await
                .map_err(|error| self.failed(what, "Query", &error))?;
            items.extend(output.items.unwrap_or_default());
            after = output.last_evaluated_key;
            if after.is_none() {
                break;
            }
        }
        Ok(items)
    }
}

impl Query {
    fn condition(&self) -> &'static str {
        if self.prefix.is_empty() {
            "pk = :pk"
        } else {
            "pk = :pk AND begins_with(sk, :prefix)"
        }
    }

    fn values(&self) -> Item {
        let mut values = Item::from([(":pk".to_owned(), text(&self.pk))]);
        if !self.prefix.is_empty() {
            values.insert(":prefix".to_owned(), text(&*self.prefix));
        }
        values
    }
}
