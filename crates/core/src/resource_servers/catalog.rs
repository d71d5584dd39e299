//! The resource servers as this process knows them, read again when they are old.

use std::sync::{Arc, PoisonError, RwLock};

use jiff::{SignedDuration, Timestamp};
use m2m_types::names::ResourceServerId;
use tokio::sync::{Mutex, MutexGuard};
use tracing::warn;

use super::{KnownServers, ResourceServerRecord, ResourceServers};
use crate::clock::Clock;
use crate::ports::{ResourceServerStore, StoreError, WriteOutcome};

/// What is older than this is read again, in line: a frozen instance has no background.
const REFRESH_AFTER: SignedDuration = SignedDuration::from_secs(60);
/// After a failed refresh the next is tried this much later.
const RETRY_AFTER: SignedDuration = SignedDuration::from_secs(5);
/// How long what was read last is good for when the store fails.
const GOOD_FOR: SignedDuration = SignedDuration::from_mins(5);

/// Holds the resource servers, refreshes them with one read at a time and keeps the last good ones for a while.
///
/// What another process changes is seen after a minute at most, what this one changes at once.
pub struct Catalog {
    fixed: ResourceServers,
    store: Arc<dyn ResourceServerStore>,
    clock: Arc<dyn Clock>,
    loaded: RwLock<Option<Loaded>>,
    /// Held while the catalog is read or written, so that no read that began before a write is kept after it.
    one_at_a_time: Mutex<()>,
}

#[derive(Clone)]
struct Loaded {
    known: Arc<KnownServers>,
    read_at: Timestamp,
    refresh_at: Timestamp,
}

impl Loaded {
    /// Whether it need not be read again. A clock that went back makes it old.
    fn is_fresh(&self, now: Timestamp) -> bool {
        now < self.refresh_at && self.read_at <= now
    }

    /// Whether it may stand in while the store fails or somebody else reads.
    fn is_good(&self, now: Timestamp) -> bool {
        self.read_at <= now && now.duration_since(self.read_at) < GOOD_FOR
    }
}

impl Catalog {
    /// The deployment's own APIs and those that the store will tell of.
    pub fn new(
        fixed: ResourceServers,
        store: Arc<dyn ResourceServerStore>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            fixed,
            store,
            clock,
            loaded: RwLock::new(None),
            one_at_a_time: Mutex::new(()),
        }
    }

    /// What is known, at most a minute old unless the store fails, and then five.
    ///
    /// # Errors
    /// Nothing that is good enough is known and the store gave no answer.
    pub async fn current(&self) -> Result<Arc<KnownServers>, StoreError> {
        let now = self.clock.now();
        let loaded = self.loaded();
        if let Some(fresh) = loaded.as_ref().filter(|loaded| loaded.is_fresh(now)) {
            return Ok(Arc::clone(&fresh.known));
        }
        let _one = match (self.one_at_a_time.try_lock(), loaded) {
            (Ok(one), _) => one,
            // Somebody else is reading: what is there is good meanwhile.
            (Err(_), Some(good)) if good.is_good(now) => return Ok(good.known),
            (Err(_), _) => self.one_at_a_time.lock().await,
        };
        if let Some(fresh) = self.loaded().filter(|loaded| loaded.is_fresh(now)) {
            return Ok(fresh.known);
        }
        match self.read().await {
            Ok(known) => Ok(known),
            Err(error) => self.make_do(error),
        }
    }

    /// What is there at this moment.
    pub(super) async fn read_now(&self) -> Result<Arc<KnownServers>, StoreError> {
        let _one = self.one_at_a_time.lock().await;
        self.read().await
    }

    /// What is there at this moment, for deciding on a change: whoever holds this is the only one in this process, and has to
    /// write at the revision that was read.
    pub(super) async fn begin_change(&self) -> Result<Change<'_>, StoreError> {
        let one = self.one_at_a_time.lock().await;
        let known = self.read().await?;
        Ok(Change {
            catalog: self,
            known,
            is_writing: false,
            _one: one,
        })
    }

    async fn read(&self) -> Result<Arc<KnownServers>, StoreError> {
        let kept = self.store.list().await?;
        let known = Arc::new(KnownServers::new(self.fixed.clone(), kept));
        self.keep(Arc::clone(&known));
        Ok(known)
    }

    fn keep(&self, known: Arc<KnownServers>) {
        let now = self.clock.now();
        self.set(Some(Loaded {
            known,
            read_at: now,
            refresh_at: now + REFRESH_AFTER,
        }));
    }

    /// The last good ones if they are not too old, for a few seconds before the store is asked again.
    fn make_do(&self, error: StoreError) -> Result<Arc<KnownServers>, StoreError> {
        let now = self.clock.now();
        let Some(good) = self.loaded().filter(|loaded| loaded.is_good(now)) else {
            return Err(error);
        };
        warn!(
            reason = &error as &dyn std::error::Error,
            "the resource servers could not be read again"
        );
        let retry_at = now + RETRY_AFTER;
        self.set(Some(Loaded {
            refresh_at: retry_at.min(good.read_at + GOOD_FOR),
            ..good.clone()
        }));
        Ok(good.known)
    }

    fn loaded(&self) -> Option<Loaded> {
        let loaded = self.loaded.read();
        loaded.unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, loaded: Option<Loaded>) {
        *self.loaded.write().unwrap_or_else(PoisonError::into_inner) = loaded;
    }
}

/// A change of the catalog under way.
pub(super) struct Change<'a> {
    catalog: &'a Catalog,
    known: Arc<KnownServers>,
    is_writing: bool,
    _one: MutexGuard<'a, ()>,
}

impl Change<'_> {
    /// What the change is decided on.
    pub(super) fn known(&self) -> &KnownServers {
        &self.known
    }

    /// Writes a server, of which this process knows at once.
    pub(super) async fn write(
        mut self,
        server: &ResourceServerRecord,
    ) -> Result<WriteOutcome, StoreError> {
        self.is_writing = true;
        let written = self.catalog.store.write(server, self.known.revision());
        let written = written.await?;
        let after = self.known.with(server.clone());
        Ok(self.settle(written, after))
    }

    /// Removes a server, of which this process knows at once.
    pub(super) async fn remove(
        mut self,
        id: &ResourceServerId,
    ) -> Result<WriteOutcome, StoreError> {
        self.is_writing = true;
        let removed = self.catalog.store.remove(id, self.known.revision());
        let removed = removed.await?;
        let after = self.known.without(id);
        Ok(self.settle(removed, after))
    }

    fn settle(&mut self, outcome: WriteOutcome, after: KnownServers) -> WriteOutcome {
        if outcome == WriteOutcome::Written {
            self.catalog.keep(Arc::new(after));
            self.is_writing = false;
        }
        outcome
    }
}

/// Of a write that gave no answer, or whose answer nobody waited for, nothing is known.
impl Drop for Change<'_> {
    fn drop(&mut self) {
        if self.is_writing {
            self.catalog.set(None);
        }
    }
}
