//! A clock that a test sets.

use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use m2m_core::clock::Clock;

/// A clock that stands still until it is told otherwise.
///
/// ```
/// use jiff::SignedDuration;
/// use m2m_core::clock::Clock;
/// use m2m_testkit::FakeClock;
///
/// let clock = FakeClock::at("2026-01-01T00:00:00Z".parse().unwrap());
/// clock.advance(SignedDuration::from_mins(5));
/// assert_eq!(clock.now().to_string(), "2026-01-01T00:05:00Z");
/// ```
#[derive(Debug)]
pub struct FakeClock(Mutex<Timestamp>);

impl FakeClock {
    /// A clock that shows that moment.
    pub fn at(now: Timestamp) -> Self {
        Self(Mutex::new(now))
    }

    /// Shows another moment, earlier ones included.
    pub fn set(&self, now: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = now;
    }

    /// Moves on; a negative duration goes back.
    pub fn advance(&self, by: SignedDuration) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now += by;
    }
}

impl Default for FakeClock {
    /// [`crate::builders::NOW`].
    fn default() -> Self {
        Self::at(crate::builders::NOW)
    }
}

impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
