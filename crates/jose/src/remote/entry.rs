//! What is known of one document.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{Document, FetchFailed};

/// After a fetch, whatever came of it, there is none for this long.
pub const COOLDOWN: SignedDuration = SignedDuration::from_secs(30);
/// After a fetch that this process was too busy for.
const BUSY_PAUSE: SignedDuration = SignedDuration::from_secs(1);
/// While fetches fail, what was last had is used until it is this old: longer would keep a key alive that its owner
/// took back, shorter would make an outage of his ours.
pub const KEEP_LAST_GOOD: SignedDuration = SignedDuration::from_hours(4);
/// How long a document is fresh whose publisher says nothing.
const FRESH: Duration = Duration::from_secs(5 * 60);
/// How long at most, whatever the publisher says.
const FRESH_AT_MOST: Duration = Duration::from_secs(60 * 60);

/// A document could not be had, and there is none that may still be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{url} could not be fetched: {reason}")]
pub struct Unavailable {
    /// Where it should be.
    pub url: String,
    /// What happened when it was last tried.
    pub reason: String,
}

/// A document and how its fetching went.
pub(super) struct Entry<T> {
    state: Mutex<State<T>>,
    /// Whoever holds it is fetching.
    pub(super) flight: Arc<tokio::sync::Mutex<()>>,
}

struct State<T> {
    good: Option<Good<T>>,
    tried: Option<Tried>,
    failure: Option<String>,
    used_at: Timestamp,
}

/// The last fetch, whatever came of it.
struct Tried {
    at: Timestamp,
    pause: SignedDuration,
}

impl Tried {
    fn is_pausing(&self, now: Timestamp) -> bool {
        now.duration_since(self.at).abs() < self.pause
    }
}

struct Good<T> {
    document: Arc<T>,
    fetched_at: Timestamp,
    fresh_until: Timestamp,
}

impl<T> Entry<T> {
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            state: Mutex::new(State {
                good: None,
                tried: None,
                failure: None,
                used_at: now,
            }),
            flight: Arc::default(),
        }
    }

    /// What needs no fetch: a fresh document that is not the one the caller has seen already, or whatever there is
    /// while the last fetch is too near. None: fetch.
    pub(super) fn without_fetch(
        &self,
        now: Timestamp,
        seen: Option<&Arc<T>>,
    ) -> Option<Result<Arc<T>, String>> {
        let mut state = self.lock();
        state.used_at = now;
        let fresh = state.good.as_ref().filter(|good| {
            good.is_fresh(now) && seen.is_none_or(|seen| !Arc::ptr_eq(seen, &good.document))
        });
        if let Some(good) = fresh {
            return Some(Ok(Arc::clone(&good.document)));
        }
        let is_pausing = state
            .tried
            .as_ref()
            .is_some_and(|tried| tried.is_pausing(now));
        is_pausing.then(|| state.whatever_there_is(now))
    }

    /// The document as it was last had, if it is not too old.
    pub(super) fn whatever_there_is(&self, now: Timestamp) -> Result<Arc<T>, String> {
        self.lock().whatever_there_is(now)
    }

    /// Takes down what a fetch brought.
    pub(super) fn finish(&self, fetched: Result<(T, Document), FetchFailed>, now: Timestamp) {
        let mut state = self.lock();
        let pause = match &fetched {
            Err(FetchFailed::NotTried(_)) => BUSY_PAUSE,
            Ok(_) | Err(FetchFailed::Failed(_)) => COOLDOWN,
        };
        state.tried = Some(Tried { at: now, pause });
        match fetched {
            Ok((parsed, document)) => {
                let fresh = document.max_age.unwrap_or(FRESH).min(FRESH_AT_MOST);
                state.failure = None;
                state.good = Some(Good {
                    document: Arc::new(parsed),
                    fetched_at: now,
                    fresh_until: now.saturating_add(fresh).unwrap_or(now),
                });
            }
            Err(failed) => state.failure = Some(failed.to_string()),
        }
    }

    /// How much is lost if it is forgotten, least first: nothing; that a fetch is too near; a document that is of
    /// use. Of equals the one not used for longest goes. One that is being fetched counts as of use.
    pub(super) fn worth(&self, now: Timestamp) -> (u8, Timestamp) {
        let is_in_flight = self.flight.try_lock().is_err();
        let state = self.lock();
        let is_of_use = state.good.as_ref().is_some_and(|good| good.is_usable(now));
        let is_pausing = state
            .tried
            .as_ref()
            .is_some_and(|tried| tried.is_pausing(now));
        let rank = match (is_of_use || is_in_flight, is_pausing) {
            (true, _) => 2,
            (false, true) => 1,
            (false, false) => 0,
        };
        (rank, state.used_at)
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> State<T> {
    fn whatever_there_is(&self, now: Timestamp) -> Result<Arc<T>, String> {
        let usable = self.good.as_ref().filter(|good| good.is_usable(now));
        usable
            .map(|good| Arc::clone(&good.document))
            .ok_or_else(|| {
                let failure = self.failure.as_deref();
                failure.unwrap_or("the fetch broke off").to_owned()
            })
    }
}

impl<T> Good<T> {
    /// A clock that went back makes it old.
    fn is_fresh(&self, now: Timestamp) -> bool {
        self.fetched_at <= now && now < self.fresh_until
    }

    fn is_usable(&self, now: Timestamp) -> bool {
        now.duration_since(self.fetched_at) < KEEP_LAST_GOOD
    }
}
