//! Trying again what DynamoDB put off without failing: items it did not get to, and conflicts
//! between transactions. The SDK itself repeats what failed.

use std::time::Duration;

use m2m_core::ports::StoreError;
use m2m_core::random::Random;
use tokio::time::sleep;

use crate::failure::Store;

/// How often something is tried before it counts as failed.
const ATTEMPTS: u32 = 8;
/// How often a stop is, as long as its deadline allows: it meets every other stop and every revocation of the deployment
/// in their number, and must not fail because somebody else revokes a lot.
const PATIENT_ATTEMPTS: u32 = 24;
/// The longest pause before the second attempt; doubled each time up to [`MAX_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const MAX_PAUSE: Duration = Duration::from_millis(400);

/// The attempts at one thing.
pub(super) struct Backoff<'a> {
    random: &'a dyn Random,
    what: &'a str,
    store: Store<'a>,
    attempts: u32,
    most: u32,
    pause: Duration,
}

impl<'a> Backoff<'a> {
    pub(super) fn new(random: &'a dyn Random, what: &'a str, store: Store<'a>) -> Self {
        Self {
            random,
            what,
            store,
            attempts: 1,
            most: ATTEMPTS,
            pause: FIRST_PAUSE,
        }
    }

    /// With the patience of a stop.
    pub(super) fn patient(self) -> Self {
        Self {
            most: PATIENT_ATTEMPTS,
            ..self
        }
    }

    /// Waits a growing random while before the next attempt.
    ///
    /// # Errors
    /// There were enough attempts; says the reason of the last.
    pub(super) async fn pause(&mut self, reason: String) -> Result<(), StoreError> {
        if self.attempts == self.most {
            let reason = format!("{}: {reason}, {} times", self.store, self.most);
            return Err(StoreError::new(self.what, reason));
        }
        sleep(self.pause.mul_f64(fraction(self.random))).await;
        self.attempts += 1;
        self.pause = MAX_PAUSE.min(self.pause * 2);
        Ok(())
    }
}

/// A random number of at least 0 and less than 1.
fn fraction(random: &dyn Random) -> f64 {
    f64::from(u16::from_be_bytes(random.bytes())) / 65_536.0
}
