//! What a store told, kept by this process for a while.

use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};

use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Mutex, MutexGuard};
use tracing::warn;

use crate::clock::Clock;
use crate::ports::StoreError;

/// For how long something is kept.
pub(crate) struct Terms {
    /// What it is called in the log, such as `the signing keys`.
    pub(crate) what: &'static str,
    /// What is older is read again, in line: a frozen instance has no background.
    pub(crate) refresh_after: SignedDuration,
    /// After a read that failed the next is tried this much later.
    pub(crate) retry_after: SignedDuration,
    /// How old it may be while the store fails or somebody else is reading.
    pub(crate) good_for: SignedDuration,
}

/// Holds a value, reads it again with one read at a time when it is old, and goes on with the last good one while the
/// store fails. A clock that went back makes it old.
pub(crate) struct Kept<T> {
    terms: Terms,
    clock: Arc<dyn Clock>,
    state: RwLock<State<T>>,
    one_at_a_time: Mutex<()>,
}

struct State<T> {
    last: Option<Last<T>>,
    /// When a read failed after that one.
    failed_at: Option<Timestamp>,
}

/// What was read last.
struct Last<T> {
    value: Arc<T>,
    read_at: Timestamp,
    is_outdated: bool,
}

impl<T> Kept<T> {
    /// Nothing is known yet.
    pub(crate) fn new(terms: Terms, clock: Arc<dyn Clock>) -> Self {
        let state = State {
            last: None,
            failed_at: None,
        };
        Self {
            terms,
            clock,
            state: RwLock::new(state),
            one_at_a_time: Mutex::new(()),
        }
    }

    /// The value, which is read with `read` if it has to be.
    ///
    /// # Errors
    /// It could not be read, and none is known that is good enough.
    pub(crate) async fn current(
        &self,
        read: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<Arc<T>, StoreError> {
        if let Some(value) = self.without_reading() {
            return Ok(value);
        }
        let turn = match (self.one_at_a_time.try_lock(), self.last_good()) {
            (Ok(one), _) => self.turn_of(one),
            // Somebody else is reading: what is there is good meanwhile.
            (Err(_), Some(value)) => return Ok(value),
            (Err(_), None) => self.turn().await,
        };
        if let Some(value) = self.without_reading() {
            return Ok(value);
        }
        turn.read(read).await.or_else(|error| self.make_do(error))
    }

    /// The value for somebody who misses something in the one there is: read again, at most once in `retry_after`
    /// whatever came of it.
    ///
    /// # Errors
    /// It could not be read now or a moment ago.
    pub(crate) async fn read_again(
        &self,
        read: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<Arc<T>, StoreError> {
        let turn = self.turn().await;
        let pause = self.terms.retry_after;
        if let Some(value) = self.younger_than(pause) {
            return Ok(value);
        }
        if self.failed_within(pause) {
            let attempt = format!("read {} again", self.terms.what);
            return Err(StoreError::new(attempt, "it failed a moment ago"));
        }
        turn.read(read).await
    }

    /// The right to read and to say what is kept. While somebody has it, nobody else reads: no read that began before
    /// a write under it is kept after that.
    pub(crate) async fn turn(&self) -> Turn<'_, T> {
        self.turn_of(self.one_at_a_time.lock().await)
    }

    /// Lets the next use read again: the value has changed.
    pub(crate) fn outdate(&self) {
        let mut state = self.state_mut();
        state.failed_at = None;
        if let Some(last) = &mut state.last {
            last.is_outdated = true;
        }
    }

    fn turn_of<'a>(&'a self, one: MutexGuard<'a, ()>) -> Turn<'a, T> {
        Turn {
            kept: self,
            _one: one,
        }
    }

    /// What needs no read: a value that is not old, or a good one when a read has just failed.
    fn without_reading(&self) -> Option<Arc<T>> {
        self.younger_than(self.terms.refresh_after).or_else(|| {
            let is_pausing = self.failed_within(self.terms.retry_after);
            is_pausing.then(|| self.last_good()).flatten()
        })
    }

    fn make_do(&self, error: StoreError) -> Result<Arc<T>, StoreError> {
        let Some(value) = self.last_good() else {
            return Err(error);
        };
        warn!(
            reason = &error as &dyn std::error::Error,
            "{} could not be read again", self.terms.what
        );
        Ok(value)
    }

    fn younger_than(&self, age: SignedDuration) -> Option<Arc<T>> {
        let now = self.clock.now();
        self.last(|last| !last.is_outdated && is_within(age, last.read_at, now))
    }

    fn last_good(&self) -> Option<Arc<T>> {
        let now = self.clock.now();
        self.last(|last| now.duration_since(last.read_at).abs() < self.terms.good_for)
    }

    fn last(&self, is_wanted: impl Fn(&Last<T>) -> bool) -> Option<Arc<T>> {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let last = state.last.as_ref().filter(|last| is_wanted(last))?;
        Some(Arc::clone(&last.value))
    }

    fn failed_within(&self, pause: SignedDuration) -> bool {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        let now = self.clock.now();
        state.failed_at.is_some_and(|at| is_within(pause, at, now))
    }

    fn state_mut(&self) -> RwLockWriteGuard<'_, State<T>> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_within(age: SignedDuration, then: Timestamp, now: Timestamp) -> bool {
    then <= now && now.duration_since(then) < age
}

/// The right to read and to say what is kept.
pub(crate) struct Turn<'a, T> {
    kept: &'a Kept<T>,
    _one: MutexGuard<'a, ()>,
}

impl<T> Turn<'_, T> {
    /// Reads the value, whatever is known, and keeps it.
    ///
    /// # Errors
    /// It could not be read.
    pub(crate) async fn read(
        &self,
        read: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<Arc<T>, StoreError> {
        let read = read.await;
        if read.is_err() {
            self.kept.state_mut().failed_at = Some(self.kept.clock.now());
        }
        read.map(|value| self.keep(value))
    }

    /// Keeps a value as if it had just been read.
    pub(crate) fn keep(&self, value: T) -> Arc<T> {
        let value = Arc::new(value);
        let last = Last {
            value: Arc::clone(&value),
            read_at: self.kept.clock.now(),
            is_outdated: false,
        };
        *self.kept.state_mut() = State {
            last: Some(last),
            failed_at: None,
        };
        value
    }

    /// Forgets what is known, which is good for nothing any more.
    pub(crate) fn clear(&self) {
        self.kept.state_mut().last = None;
    }
}

#[cfg(test)]
mod tests;
