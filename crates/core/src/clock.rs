//! Time as a parameter.

use jiff::Timestamp;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// The clock of the machine, in whole milliseconds: what is shown once is what is kept.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that asks the machine for the time"
    )]
    fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
    }
}

/// A clock for unit tests.
#[cfg(test)]
pub(crate) mod testing {
    use std::sync::Mutex;

    use jiff::{SignedDuration, Timestamp};

    use super::Clock;

    /// Stands still, from the beginning of 1970 on, until it is told otherwise.
    #[derive(Default)]
    pub(crate) struct SteeredClock(Mutex<Timestamp>);

    impl SteeredClock {
        /// Moves on, or back.
        pub(crate) fn advance(&self, by: SignedDuration) {
            *self.0.lock().unwrap() += by;
        }
    }

    impl Clock for SteeredClock {
        fn now(&self) -> Timestamp {
            *self.0.lock().unwrap()
        }
    }
}
