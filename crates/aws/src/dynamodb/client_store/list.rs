//! Listing the clients of an owner or an organization.

use m2m_core::client::Client;
use m2m_core::ports::{ListedBy, StoreError};
use m2m_types::client_id::ClientId;

use crate::dynamodb::Table;
use crate::dynamodb::items::client;
use crate::dynamodb::key::{Key, ListKind, SORT_KEY, partition, text_of};
use crate::dynamodb::query::Query;
use crate::failure::failed;

const WHAT: &str = "list clients";

impl Table {
    /// Reads the entries, then their clients. A client that moved to the other list in between is
    /// left out, and further entries are read until the page is full: a short page is the last one.
    pub(super) async fn list(
        &self,
        of: &ListedBy,
        list: ListKind,
        after: Option<&ClientId>,
        limit: u32,
    ) -> Result<Vec<Client>, StoreError> {
        let mut clients = Vec::new();
        let mut after = after.cloned();
        loop {
            let missing = limit.saturating_sub(u32::try_from(clients.len()).unwrap_or(u32::MAX));
            let ids = self.entries(of, list, after.as_ref(), missing).await?;
            let is_last_page = ids.len() < missing as usize;
            after = ids.last().cloned();
            clients.extend(self.listed(list, &ids).await?);
            if is_last_page || clients.len() >= limit as usize {
                return Ok(clients);
            }
        }
    }

    /// The ids behind `after` in the list.
    async fn entries(
        &self,
        of: &ListedBy,
        list: ListKind,
        after: Option<&ClientId>,
        limit: u32,
    ) -> Result<Vec<ClientId>, StoreError> {
        let query = Query {
            pk: partition(of),
            prefix: list.prefix().into(),
            after: after.map(|client| list.entry(of, client)),
            limit,
        };
        let entries = self.query(WHAT, query).await?;
        let ids = entries.iter().map(|entry| {
            let id = text_of(entry, SORT_KEY).and_then(|sk| sk.strip_prefix(list.prefix()));
            ClientId::parse(id.unwrap_or_default()).map_err(|error| failed(WHAT, &error))
        });
        ids.collect()
    }

    /// Those of the clients that are still of that list, in the order of the ids.
    async fn listed(&self, list: ListKind, ids: &[ClientId]) -> Result<Vec<Client>, StoreError> {
        let keys: Vec<_> = ids.iter().map(Key::client).collect();
        let mut found = self.find_all(WHAT, keys.clone()).await?;
        let items = keys.iter().filter_map(|key| found.take(key));
        let clients: Vec<_> = items.map(client::from_item).collect::<Result<_, _>>()?;
        let is_listed = |client: &Client| ListKind::of(client.state) == Some(list);
        Ok(clients.into_iter().filter(is_listed).collect())
    }
}
