//! The keys as this process knows them, read again when they are old.

use std::sync::{Arc, PoisonError, RwLock};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;
use tracing::warn;

use super::schedule::{MAX_STALENESS, REFRESH_SECONDS};
use super::{KeySet, SigningAlgorithm};
use crate::clock::Clock;
use crate::ports::{KeyStore, StoreError};

/// Keys older than this are read again, in line: a frozen instance has no background.
const REFRESH_AFTER: SignedDuration = SignedDuration::from_secs(REFRESH_SECONDS);
/// After a failed refresh the next is tried this much later.
const RETRY_AFTER: SignedDuration = SignedDuration::from_secs(10);

/// Holds the key set, refreshes it with one read at a time and keeps the last good one for a day.
pub struct KeyRing {
    store: Arc<dyn KeyStore>,
    own: SigningAlgorithm,
    clock: Arc<dyn Clock>,
    loaded: RwLock<Option<Loaded>>,
    refresh: Mutex<()>,
    /// When keys were last read in vain for a token whose key is not known.
    failed_at: Mutex<Option<Timestamp>>,
}

#[derive(Clone)]
struct Loaded {
    keys: Arc<KeySet>,
    refresh_at: Timestamp,
    loaded_at: Timestamp,
}

impl Loaded {
    fn at(now: Timestamp, keys: &Arc<KeySet>) -> Self {
        Self {
            keys: Arc::clone(keys),
            refresh_at: now + REFRESH_AFTER,
            loaded_at: now,
        }
    }
}

impl KeyRing {
    /// A ring without keys yet, of a deployment that signs with that algorithm.
    pub fn new(store: Arc<dyn KeyStore>, own: SigningAlgorithm, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            own,
            clock,
            loaded: RwLock::new(None),
            refresh: Mutex::new(()),
            failed_at: Mutex::new(None),
        }
    }

    /// The keys, at most five minutes old unless the store fails.
    ///
    /// # Errors
    /// The store gave none, and there are none yet or none so new that they may be relied upon.
    pub async fn current(&self) -> Result<Arc<KeySet>, StoreError> {
        if let Some(keys) = self.fresh() {
            return Ok(keys);
        }
        let _one_at_a_time = match (self.refresh.try_lock(), self.last_good()) {
            (Ok(guard), _) => guard,
            // Somebody else is reading: what is there goes on signing.
            (Err(_), Some(keys)) => return Ok(keys),
            (Err(_), None) => self.refresh.lock().await,
        };
        if let Some(keys) = self.fresh() {
            return Ok(keys);
        }
        let read = self.read().await;
        let now = self.clock.now();
        let is_reliable = self.last_good().is_some();
        let mut loaded = self.loaded.write().unwrap_or_else(PoisonError::into_inner);
        match (read, loaded.as_mut()) {
            (Ok(keys), _) => {
                *loaded = Some(Loaded::at(now, &keys));
                Ok(keys)
            }
            (Err(error), Some(last_good)) if is_reliable => {
                warn!(
                    reason = &error as &dyn std::error::Error,
                    "the signing keys could not be read again"
                );
                last_good.refresh_at = now + RETRY_AFTER;
                Ok(Arc::clone(&last_good.keys))
            }
            (Err(error), _) => Err(error),
        }
    }

    /// The keys for a token whose key is not among those that are known: read again, by one at a time and at most
    /// once in ten seconds, since anybody can name a key.
    ///
    /// # Errors
    /// They could not be read now or a moment ago: nothing can be said of the token.
    pub async fn read_again(&self) -> Result<Arc<KeySet>, StoreError> {
        let mut failed_at = self.failed_at.lock().await;
        let now = self.clock.now();
        let just_then = |at: &Timestamp| *at <= now && now.duration_since(*at) < RETRY_AFTER;
        if let Some(keys) = self.read_at(just_then) {
            return Ok(keys);
        }
        if failed_at.as_ref().is_some_and(just_then) {
            return Err(StoreError::new(
                "read the signing keys again",
                "they could not be read a moment ago",
            ));
        }
        let keys = self.read().await.inspect_err(|_| *failed_at = Some(now))?;
        let mut loaded = self.loaded.write().unwrap_or_else(PoisonError::into_inner);
        *loaded = Some(Loaded::at(now, &keys));
        Ok(keys)
    }

    /// The keys if they were read at such a time.
    fn read_at(&self, holds: impl Fn(&Timestamp) -> bool) -> Option<Arc<KeySet>> {
        let loaded = self.loaded.read().unwrap_or_else(PoisonError::into_inner);
        let loaded = loaded.as_ref().filter(|loaded| holds(&loaded.loaded_at))?;
        Some(Arc::clone(&loaded.keys))
    }

    /// The keys if they need not be read again. A clock that went back makes them old.
    fn fresh(&self) -> Option<Arc<KeySet>> {
        let loaded = self.loaded.read().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        loaded
            .as_ref()
            .filter(|loaded| now < loaded.refresh_at && loaded.loaded_at <= now)
            .map(|loaded| Arc::clone(&loaded.keys))
    }

    /// The keys as they were last read. A key that has retired since goes on being published for as long as one
    /// instance may not know it, which is bounded: keys of an instance that was frozen for days are none.
    fn last_good(&self) -> Option<Arc<KeySet>> {
        let loaded = self.loaded.read().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        loaded
            .as_ref()
            .filter(|loaded| now.duration_since(loaded.loaded_at).abs() < MAX_STALENESS)
            .map(|loaded| Arc::clone(&loaded.keys))
    }

    /// Lets the next use read the keys again: others are known to be there.
    pub(crate) fn forget(&self) {
        let mut loaded = self.loaded.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(loaded) = loaded.as_mut() {
            loaded.refresh_at = Timestamp::MIN;
        }
    }

    async fn read(&self) -> Result<Arc<KeySet>, StoreError> {
        let records = self.store.find_signing_keys().await?.ok_or_else(|| {
            StoreError::new(
                "read the signing keys",
                "there are none yet: the management API makes them when it starts, so call it once, or run \
                 `m2m admin bootstrap`",
            )
        })?;
        KeySet::parse(&records, self.own, self.clock.now())
            .map(Arc::new)
            .map_err(|error| StoreError::new("parse the signing keys", error))
    }
}
