//! The keys as this process knows them, read again when they are old.

use std::sync::Arc;

use jiff::SignedDuration;

use super::schedule::{MAX_STALENESS, REFRESH_SECONDS};
use super::{KeySet, SigningAlgorithm};
use crate::clock::Clock;
use crate::kept::{Kept, Terms};
use crate::ports::{KeyStore, StoreError};

/// A key that has retired since goes on being published for as long as one instance may not know it, which is bounded:
/// keys of an instance that was frozen for days are none.
const TERMS: Terms = Terms {
    what: "the signing keys",
    refresh_after: SignedDuration::from_secs(REFRESH_SECONDS),
    retry_after: SignedDuration::from_secs(10),
    good_for: MAX_STALENESS,
};

/// Holds the key set, refreshes it with one read at a time and keeps the last good one for a day.
pub struct KeyRing {
    store: Arc<dyn KeyStore>,
    own: SigningAlgorithm,
    clock: Arc<dyn Clock>,
    kept: Kept<KeySet>,
}

impl KeyRing {
    /// A ring without keys yet, of a deployment that signs with that algorithm.
    pub fn new(store: Arc<dyn KeyStore>, own: SigningAlgorithm, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            own,
            kept: Kept::new(TERMS, Arc::clone(&clock)),
            clock,
        }
    }

    /// The keys, at most five minutes old unless the store fails.
    ///
    /// # Errors
    /// The store gave none, and there are none yet or none so new that they may be relied upon.
    pub async fn current(&self) -> Result<Arc<KeySet>, StoreError> {
        self.kept.current(self.read()).await
    }

    /// The keys for a token whose key is not among those that are known: read again, by one at a time and at most
    /// once in ten seconds, since anybody can name a key.
    ///
    /// # Errors
    /// They could not be read now or a moment ago: nothing can be said of the token.
    pub async fn read_again(&self) -> Result<Arc<KeySet>, StoreError> {
        self.kept.read_again(self.read()).await
    }

    /// Lets the next use read the keys again: others are known to be there.
    pub(crate) fn forget(&self) {
        self.kept.outdate();
    }

    async fn read(&self) -> Result<KeySet, StoreError> {
        let records = self.store.find_signing_keys().await?.ok_or_else(|| {
            StoreError::new(
                "read the signing keys",
                "there are none yet: the management API makes them when it starts, so call it once, or run \
                 `m2m admin bootstrap`",
            )
        })?;
        KeySet::parse(&records, self.own, self.clock.now())
            .map_err(|error| StoreError::new("parse the signing keys", error))
    }
}
