//! A cache of clients that is exact, because this process is the only writer of its store.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;
use m2m_aws::Stores;
use m2m_core::client::{Client, Revision};
use m2m_core::organization::Organization;
use m2m_core::owner::Owner;
use m2m_core::ports::{
    ClientStore, Directory, InsertOutcome, KeptAnswer, Lookup, PendingClient, Principals,
    StoreError, Unfinished, WriteOutcome,
};
use m2m_types::client_id::ClientId;
use m2m_types::names::{OrganizationId, OwnerId, SecretId};
use quick_cache::sync::Cache;

/// How many clients are kept.
const CAPACITY: usize = 10_000;

/// Puts one cache in front of reading and writing clients.
pub(super) fn in_front_of(stores: Stores) -> Stores {
    let exact = Arc::new(ExactCache {
        found: Cache::new(CAPACITY),
        writes: Mutex::new(0),
    });
    Stores {
        directory: Arc::new(CachedDirectory {
            inner: stores.directory,
            cache: Arc::clone(&exact),
        }),
        clients: Arc::new(CachedClientStore {
            inner: stores.clients,
            cache: exact,
        }),
        ..stores
    }
}

/// What was found, and how many writes have begun or ended: a read that a write overlapped is not kept.
struct ExactCache {
    found: Cache<ClientId, Lookup>,
    writes: Mutex<u64>,
}

impl ExactCache {
    fn writes(&self) -> u64 {
        *self.writes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps what was read if no write has begun or ended since `writes_before`.
    fn keep(&self, id: &ClientId, found: &Lookup, writes_before: u64) {
        let writes = self.writes.lock().unwrap_or_else(PoisonError::into_inner);
        if *writes == writes_before {
            self.found.insert(id.clone(), found.clone());
        }
    }

    /// Runs a write; whatever comes of it, what was kept of the client is forgotten.
    async fn write<T>(&self, id: &ClientId, write: impl Future<Output = T> + Send) -> T {
        let _forget = Forget::begin(self, id);
        write.await
    }
}

/// Counts the begin and the end of a write, also of one that is dropped half-way.
struct Forget<'a>(&'a ExactCache, &'a ClientId);

impl<'a> Forget<'a> {
    fn begin(cache: &'a ExactCache, id: &'a ClientId) -> Self {
        *cache.writes.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        Self(cache, id)
    }
}

impl Drop for Forget<'_> {
    fn drop(&mut self) {
        let mut writes = self.0.writes.lock().unwrap_or_else(PoisonError::into_inner);
        *writes += 1;
        self.0.found.remove(self.1);
    }
}

struct CachedDirectory {
    inner: Arc<dyn Directory>,
    cache: Arc<ExactCache>,
}

#[async_trait]
impl Directory for CachedDirectory {
    async fn find_client(&self, id: &ClientId) -> Result<Lookup, StoreError> {
        if let Some(found) = self.cache.found.get(id) {
            return Ok(found);
        }
        let writes_before = self.cache.writes();
        let mut found = self.inner.find_client(id).await?;
        let Some(client) = &found.client else {
            return Ok(found);
        };
        if found.principals.is_none() {
            found.principals = Some(
                self.inner
                    .find_principals(&client.owner, &client.organization)
                    .await?,
            );
        }
        self.cache.keep(id, &found, writes_before);
        Ok(found)
    }

    async fn find_principals(
        &self,
        owner: &OwnerId,
        organization: &OrganizationId,
    ) -> Result<Principals, StoreError> {
        self.inner.find_principals(owner, organization).await
    }

    async fn insert_principals(
        &self,
        owner: &Owner,
        organization: &Organization,
    ) -> Result<bool, StoreError> {
        let inserted = self.inner.insert_principals(owner, organization).await;
        self.cache.found.clear();
        inserted
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.inner.ping().await
    }
}

struct CachedClientStore {
    inner: Arc<dyn ClientStore>,
    cache: Arc<ExactCache>,
}

#[async_trait]
impl ClientStore for CachedClientStore {
    async fn insert_pending(
        &self,
        pending: PendingClient<'_>,
    ) -> Result<InsertOutcome, StoreError> {
        let id = pending.client.id.clone();
        self.cache
            .write(&id, self.inner.insert_pending(pending))
            .await
    }

    async fn activate(
        &self,
        client: &Client,
        expected: Revision,
        answer: Option<&[u8; 32]>,
    ) -> Result<WriteOutcome, StoreError> {
        self.cache
            .write(&client.id, self.inner.activate(client, expected, answer))
            .await
    }

    async fn abandon(
        &self,
        client: &Client,
        expected: Revision,
    ) -> Result<WriteOutcome, StoreError> {
        self.cache
            .write(&client.id, self.inner.abandon(client, expected))
            .await
    }

    async fn remove_abandoned(&self, client: &Client) -> Result<WriteOutcome, StoreError> {
        self.cache
            .write(&client.id, self.inner.remove_abandoned(client))
            .await
    }

    async fn replace(
        &self,
        client: &Client,
        expected: Revision,
    ) -> Result<WriteOutcome, StoreError> {
        self.cache
            .write(&client.id, self.inner.replace(client, expected))
            .await
    }

    async fn delete(
        &self,
        client: &Client,
        expected: Revision,
        now: Timestamp,
    ) -> Result<WriteOutcome, StoreError> {
        self.cache
            .write(&client.id, self.inner.delete(client, expected, now))
            .await
    }

    async fn finish_delete(&self, id: &ClientId) -> Result<(), StoreError> {
        self.cache.write(id, self.inner.finish_delete(id)).await
    }

    async fn unfinished(
        &self,
        after: Option<&ClientId>,
        limit: u32,
    ) -> Result<Vec<Unfinished>, StoreError> {
        self.inner.unfinished(after, limit).await
    }

    async fn list_by_owner(
        &self,
        owner: &OwnerId,
        deleted: bool,
        after: Option<&ClientId>,
        limit: u32,
    ) -> Result<Vec<Client>, StoreError> {
        self.inner.list_by_owner(owner, deleted, after, limit).await
    }

    async fn record_use(
        &self,
        id: &ClientId,
        secret: &SecretId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.cache
            .write(id, self.inner.record_use(id, secret, at))
            .await
    }

    async fn find_answer(&self, id: &[u8; 32]) -> Result<Option<KeptAnswer>, StoreError> {
        self.inner.find_answer(id).await
    }
}

#[cfg(test)]
mod tests {
    use m2m_aws::config::StoresConfig;
    use m2m_aws::tables::create_table_if_missing;
    use m2m_testkit::{Ports, SeededRandom};
    use m2m_types::issuer::Issuer;

    use super::in_front_of;
    use crate::stand_in::StandIn;

    async fn cached_ports() -> Ports {
        let sdk = StandIn::memory().unwrap().sdk_config();
        let config = StoresConfig {
            table: "m2m-test".to_owned(),
            secret_prefix: "m2m/test".to_owned(),
        };
        create_table_if_missing(&sdk, &config).await.unwrap();
        let issuer = Issuer::parse("https://auth.example").unwrap();
        let random = std::sync::Arc::new(SeededRandom::new(1));
        let stores = in_front_of(m2m_aws::Stores::new(&sdk, &config, &issuer, random));
        Ports {
            directory: stores.directory,
            clients: stores.clients,
            values: stores.values,
            keys: stores.keys,
            guard: None,
        }
    }

    m2m_testkit::directory_contract!(cached_ports);
    m2m_testkit::client_store_contract!(cached_ports);
}
