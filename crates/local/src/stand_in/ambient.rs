//! Time and randomness, as parameters.

use std::sync::Arc;
use std::time::SystemTime;

use aws_lc_rs::rand::{SecureRandom, SystemRandom};

/// Tells the time.
pub type Clock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// Fills a buffer with unpredictable bytes.
pub type Random = Arc<dyn Fn(&mut [u8]) -> Result<(), RandomError> + Send + Sync>;

/// The source of randomness failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no randomness could be had")]
pub struct RandomError;

/// What the stand-in takes from its surroundings.
#[derive(Clone)]
pub struct Ambient {
    /// Dates versions and deletions of secrets, and in memory ends the time to live of items; on
    /// files `dynoxide` takes the system's time for that.
    pub clock: Clock,
    /// Makes keys, nonces and the endings of ARNs.
    pub random: Random,
}

impl Ambient {
    /// The system's clock and random generator.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is where the clock is given"
    )]
    pub fn system() -> Self {
        let generator = SystemRandom::new();
        Self {
            clock: Arc::new(SystemTime::now),
            random: Arc::new(move |bytes| generator.fill(bytes).map_err(|_| RandomError)),
        }
    }
}

impl std::fmt::Debug for Ambient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ambient")
    }
}
