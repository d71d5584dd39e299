//! A cache of clients that is exact, because this process is the only writer of its store.
//!
//! What is read is kept only if no write of items was under way at any time between the begin of the read and
//! the moment of keeping it; the stand-in tells ([`StandIn::quiet`]). And whoever stops waiting for a write,
//! because it is done or because its caller gave up, forgets what is kept of its client.
//!
//! So nothing old stays. Take a write of a client, and an entry read before that write took effect. The entry
//! was kept before the write began at the stand-in, and that is before its caller stopped waiting, for only a
//! caller who waits begins writes: so it is forgotten then. If the write takes effect later than that, nobody
//! keeps anything meanwhile, since it is still under way; and what is read afterwards is new. Keeping and
//! forgetting exclude each other, so there is no moment between looking at the count and keeping.
//!
//! A write thus costs the entry of its own client, and what others read while it lasts is read again. What is
//! kept of other clients stays. Owners and organizations are kept along with their clients: writing them
//! forgets everything.

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

use crate::stand_in::StandIn;

/// How many clients are kept.
const CAPACITY: usize = 10_000;

/// Puts one cache in front of reading and writing clients. The stores are those of the stand-in.
pub(super) fn in_front_of(stores: Stores, stand_in: &StandIn) -> Stores {
    let exact = Arc::new(ExactCache {
        found: Cache::new(CAPACITY),
        one_at_a_time: Mutex::new(()),
        stand_in: stand_in.clone(),
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

/// What was found.
struct ExactCache {
    found: Cache<ClientId, Lookup>,
    /// Held while something is kept or forgotten.
    one_at_a_time: Mutex<()>,
    stand_in: StandIn,
}

impl ExactCache {
    /// Keeps what was read if no write was under way since the stand-in was `quiet_before` the read.
    fn keep(&self, id: &ClientId, found: &Lookup, quiet_before: Option<u64>) {
        let _one = self.one_at_a_time();
        if quiet_before.is_some() && self.stand_in.quiet() == quiet_before {
            self.found.insert(id.clone(), found.clone());
        }
    }

    /// Waits for a write; at the end of waiting what is kept of the client is forgotten, or of all of them.
    async fn write<T>(&self, id: Option<&ClientId>, write: impl Future<Output = T> + Send) -> T {
        let _forget = Forget { cache: self, id };
        write.await
    }

    fn one_at_a_time(&self) -> impl Drop {
        self.one_at_a_time
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forgets, also when the write is given up half-way.
struct Forget<'a> {
    cache: &'a ExactCache,
    id: Option<&'a ClientId>,
}

impl Drop for Forget<'_> {
    fn drop(&mut self) {
        let _one = self.cache.one_at_a_time();
        match self.id {
            Some(id) => {
                self.cache.found.remove(id);
            }
            None => self.cache.found.clear(),
        }
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
        let quiet_before = self.cache.stand_in.quiet();
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
        self.cache.keep(id, &found, quiet_before);
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
        self.cache
            .write(None, self.inner.insert_principals(owner, organization))
            .await
    }

    async fn replace_owner(
        &self,
        owner: &Owner,
        expected: Option<&Owner>,
    ) -> Result<WriteOutcome, StoreError> {
        self.cache
            .write(None, self.inner.replace_owner(owner, expected))
            .await
    }

    async fn stop_owner(
        &self,
        owner: &Owner,
        expected: &Owner,
        now: Timestamp,
    ) -> Result<WriteOutcome, StoreError> {
        self.cache
            .write(None, self.inner.stop_owner(owner, expected, now))
            .await
    }

    async fn replace_organization(
        &self,
        organization: &Organization,
        expected: Option<&Organization>,
    ) -> Result<WriteOutcome, StoreError> {
        let write = self.inner.replace_organization(organization, expected);
        self.cache.write(None, write).await
    }

    async fn stop_organization(
        &self,
        organization: &Organization,
        expected: &Organization,
        now: Timestamp,
    ) -> Result<WriteOutcome, StoreError> {
        let stop = self.inner.stop_organization(organization, expected, now);
        self.cache.write(None, stop).await
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
            .write(Some(&id), self.inner.insert_pending(pending))
            .await
    }

    async fn activate(
        &self,
        client: &Client,
        expected: Revision,
        answer: Option<&[u8; 32]>,
    ) -> Result<WriteOutcome, StoreError> {
        self.cache
            .write(
                Some(&client.id),
                self.inner.activate(client, expected, answer),
            )
            .await
    }

    async fn abandon(
        &self,
        client: &Client,
        expected: Revision,
    ) -> Result<WriteOutcome, StoreError> {
        self.cache
            .write(Some(&client.id), self.inner.abandon(client, expected))
            .await
    }

    async fn remove_abandoned(&self, client: &Client) -> Result<WriteOutcome, StoreError> {
        self.cache
            .write(Some(&client.id), self.inner.remove_abandoned(client))
            .await
    }

    async fn replace(
        &self,
        client: &Client,
        expected: Revision,
    ) -> Result<WriteOutcome, StoreError> {
        self.cache
            .write(Some(&client.id), self.inner.replace(client, expected))
            .await
    }

    async fn stop(
        &self,
        client: &Client,
        expected: Revision,
        now: Timestamp,
    ) -> Result<WriteOutcome, StoreError> {
        self.cache
            .write(Some(&client.id), self.inner.stop(client, expected, now))
            .await
    }

    async fn delete(
        &self,
        client: &Client,
        expected: Revision,
        now: Timestamp,
    ) -> Result<WriteOutcome, StoreError> {
        self.cache
            .write(Some(&client.id), self.inner.delete(client, expected, now))
            .await
    }

    async fn remove_note(&self, id: &ClientId) -> Result<(), StoreError> {
        self.cache.write(Some(id), self.inner.remove_note(id)).await
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
            .write(Some(id), self.inner.record_use(id, secret, at))
            .await
    }

    async fn find_answer(&self, id: &[u8; 32]) -> Result<Option<KeptAnswer>, StoreError> {
        self.inner.find_answer(id).await
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::pin::pin;
    use std::sync::mpsc;

    use m2m_aws::config::StoresConfig;
    use m2m_aws::tables::create_table_if_missing;
    use m2m_core::client::ClientState;
    use m2m_testkit::{Ports, SeededRandom, builders};
    use m2m_types::issuer::Issuer;
    use tokio::task::{spawn_blocking, yield_now};

    use super::*;

    async fn cached_ports() -> Ports {
        ports_on(&StandIn::memory().unwrap()).await
    }

    async fn ports_on(stand_in: &StandIn) -> Ports {
        let sdk = stand_in.sdk_config();
        let config = StoresConfig {
            table: "m2m-test".to_owned(),
            secret_prefix: "m2m/test".to_owned(),
            secret_kms_key: None,
        };
        create_table_if_missing(&sdk, &config).await.unwrap();
        let issuer = Issuer::parse("https://auth.example").unwrap();
        let random: Arc<SeededRandom> = Arc::new(SeededRandom::new(1));
        let survey = Arc::new(m2m_aws::survey(&sdk, &config, random.clone()));
        let stores = Stores::new(&sdk, &config, &issuer, random);
        let stores = in_front_of(stores, stand_in);
        Ports {
            directory: stores.directory,
            clients: stores.clients,
            values: stores.values,
            keys: stores.keys,
            revocations: stores.revocations,
            spent: stores.spent,
            resource_servers: stores.resource_servers,
            quotas: stores.quotas,
            attempts: stores.attempts,
            survey,
            guard: None,
        }
    }

    m2m_testkit::directory_contract!(cached_ports);
    m2m_testkit::client_store_contract!(cached_ports);
    m2m_testkit::revocations_contract!(cached_ports);

    /// A runtime with one thread for what waits for the disk: whoever holds that thread holds up all writes.
    fn with_one_disk_thread(test: impl AsyncFnOnce(StandIn)) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .max_blocking_threads(1)
            .build()
            .unwrap();
        let directory = tempfile::tempdir().unwrap();
        let open = |path: &Path| StandIn::open(path).unwrap();
        runtime.block_on(test(open(directory.path())));
    }

    /// Gives up on a write that has begun, does something before it takes effect, and lets it take effect.
    async fn give_up<T>(
        stand_in: &StandIn,
        write: impl Future<Output = T>,
        meanwhile: impl Future,
    ) {
        let (go_on, held) = mpsc::channel::<()>();
        let holding = spawn_blocking(move || held.recv());
        {
            let mut write = pin!(write);
            while stand_in.quiet().is_some() {
                tokio::select! {
                    biased;
                    _ = &mut write => panic!("the write was not held up"),
                    () = yield_now() => {}
                }
            }
        }
        meanwhile.await;
        go_on.send(()).unwrap();
        holding.await.unwrap().unwrap();
        spawn_blocking(|| ()).await.unwrap();
        assert!(stand_in.quiet().is_some(), "the write is over");
    }

    async fn insert(ports: &Ports, client: &Client) {
        let pending = builders::pending("a");
        let insert = PendingClient {
            client: &pending,
            max_clients: None,
            answer: None,
            now: client.created_at,
        };
        ports.clients.insert_pending(insert).await.unwrap();
        let active = ports.clients.activate(client, pending.revision, None).await;
        assert_eq!(active.unwrap(), WriteOutcome::Written);
    }

    #[test]
    fn a_delete_that_nobody_waits_for_is_seen_when_it_lands() {
        with_one_disk_thread(async |stand_in| {
            let ports = ports_on(&stand_in).await;
            let client = builders::client("a");
            insert(&ports, &client).await;
            let state = async || {
                let found = ports.directory.find_client(&client.id).await.unwrap();
                found.client.map(|client| client.state)
            };
            assert_eq!(state().await, Some(ClientState::Active));
            let restorable_until = client.created_at;
            let deleted = builders::next(&client, ClientState::Deleted { restorable_until });
            let delete = ports
                .clients
                .delete(&deleted, client.revision, client.created_at);
            give_up(&stand_in, delete, async {
                assert_eq!(state().await, Some(ClientState::Active));
            })
            .await;
            assert_eq!(state().await, Some(deleted.state));
        });
    }

    #[test]
    fn principals_that_nobody_waits_for_are_seen_when_they_land() {
        with_one_disk_thread(async |stand_in| {
            let ports = ports_on(&stand_in).await;
            let client = builders::client("a");
            insert(&ports, &client).await;
            let owner = async || {
                let found = ports.directory.find_client(&client.id).await.unwrap();
                found.principals.and_then(|principals| principals.owner)
            };
            assert_eq!(owner().await, None);
            let (first, organization) = (builders::owner(), builders::organization());
            let write = ports.directory.insert_principals(&first, &organization);
            give_up(&stand_in, write, async {
                assert_eq!(owner().await, None);
            })
            .await;
            assert_eq!(owner().await, Some(first));
        });
    }

    #[tokio::test]
    async fn a_write_leaves_what_is_kept_of_other_clients() {
        let stand_in = StandIn::memory().unwrap();
        let cache = ExactCache {
            found: Cache::new(CAPACITY),
            one_at_a_time: Mutex::new(()),
            stand_in: stand_in.clone(),
        };
        let [written, other] = ["a", "b"].map(builders::client_id);
        for id in [&written, &other] {
            cache.keep(id, &Lookup::default(), stand_in.quiet());
        }
        cache.write(Some(&written), async {}).await;
        assert_eq!(cache.found.get(&written), None);
        assert_eq!(cache.found.get(&other), Some(Lookup::default()));
    }
}
