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

mod client_store;
mod directory;

use std::sync::{Arc, Mutex, PoisonError};

use m2m_aws::Stores;
use m2m_core::ports::Lookup;
use m2m_types::client_id::ClientId;
use quick_cache::sync::Cache;

use self::client_store::CachedClientStore;
use self::directory::CachedDirectory;
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

#[cfg(test)]
mod tests;
