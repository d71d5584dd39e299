//! The table and its reads.

use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::types::KeysAndAttributes;
use m2m_core::ports::StoreError;
use m2m_core::random::Random;

use super::Item;
use super::backoff::Backoff;
use super::key::Key;
use crate::failure::{Store, call_failed, failed};

/// As many items as one `BatchGetItem` may ask for.
const MAX_BATCH: usize = 100;

/// The table. Clones share the SDK's client and its connections.
#[derive(Clone)]
pub(crate) struct Table {
    pub(super) client: Client,
    pub(super) name: String,
    pub(super) random: Arc<dyn Random>,
}

impl Table {
    pub(crate) fn new(client: Client, name: String, random: Arc<dyn Random>) -> Self {
        Self {
            client,
            name,
            random,
        }
    }

    /// This table in the words of the log.
    pub(super) fn store(&self) -> Store<'_> {
        Store::Table(&self.name)
    }

    /// A call on this table that failed.
    pub(super) fn failed<E>(
        &self,
        attempt: &str,
        operation: &str,
        error: &SdkError<E>,
    ) -> StoreError
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        call_failed(
            attempt,
            &format!("dynamodb:{operation}"),
            self.store(),
            error,
        )
    }

    /// The attempts at one thing on this table.
    pub(super) fn backoff<'a>(&'a self, what: &'a str) -> Backoff<'a> {
        Backoff::new(&*self.random, what, self.store())
    }

    /// Reads one item consistently.
    pub(super) async fn find(&self, what: &str, key: Key) -> Result<Option<Item>, StoreError> {
        let output = self
            .client
            .get_item()
            .table_name(&self.name)
            .set_key(Some(key.into_item()))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| self.failed(what, "GetItem", &error))?;
        Ok(output.item)
    }

    /// Reads items consistently, a hundred in a round trip. An item is absent only if DynamoDB says
    /// so: what it did not get to is asked for again, and then the read fails.
    pub(super) async fn find_all(&self, what: &str, keys: Vec<Key>) -> Result<Found, StoreError> {
        let mut items = Vec::with_capacity(keys.len());
        for batch in keys.chunks(MAX_BATCH) {
            let mut unread: Vec<Item> = batch.iter().cloned().map(Key::into_item).collect();
            let mut backoff = self.backoff(what);
            loop {
                let (read, rest) = self.find_batch(what, unread).await?;
                items.extend(read);
                if rest.is_empty() {
                    break;
                }
                backoff
                    .pause(format!("{} items were not read", rest.len()))
                    .await?;
                unread = rest;
            }
        }
        Ok(Found(items))
    }

    /// Reads once; returns the items and the keys that DynamoDB did not get to.
    async fn find_batch(
        &self,
        what: &str,
        keys: Vec<Item>,
    ) -> Result<(Vec<Item>, Vec<Item>), StoreError> {
        let request = KeysAndAttributes::builder()
            .set_keys(Some(keys))
            .consistent_read(true)
            .build()
            .map_err(|error| failed(what, &error))?;
        let output = self
            .client
            .batch_get_item()
            .request_items(&self.name, request)
            .send()
            .await
            .map_err(|error| self.failed(what, "BatchGetItem", &error))?;
        let read = output.responses.unwrap_or_default().remove(&self.name);
        let rest = output.unprocessed_keys.unwrap_or_default();
        let rest = rest.into_values().flat_map(|unread| unread.keys).collect();
        Ok((read.unwrap_or_default(), rest))
    }
}

/// Items that were read together.
pub(super) struct Found(Vec<Item>);

impl Found {
    /// Whether none of the items exists.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes out the item with that key; none: it does not exist.
    pub(super) fn take(&mut self, key: &Key) -> Option<Item> {
        let position = self.0.iter().position(|item| key.is_of(item))?;
        Some(self.0.swap_remove(position))
    }
}
