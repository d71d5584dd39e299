//! What the tests share.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use m2m_local::stand_in::{Ambient, StandIn};

/// The clients of a stand-in.
pub(crate) struct Clients {
    pub(crate) dynamodb: aws_sdk_dynamodb::Client,
    pub(crate) secrets: aws_sdk_secretsmanager::Client,
}

impl Clients {
    pub(crate) fn of(stand_in: &StandIn) -> Self {
        Self::from(&stand_in.sdk_config())
    }

    pub(crate) fn from(config: &aws_types::SdkConfig) -> Self {
        Self {
            dynamodb: aws_sdk_dynamodb::Client::new(config),
            secrets: aws_sdk_secretsmanager::Client::new(config),
        }
    }

    /// Clients of an empty stand-in in memory.
    pub(crate) fn in_memory() -> Self {
        Self::of(&StandIn::memory().unwrap())
    }

    /// Clients of a stand-in on files.
    pub(crate) fn on(directory: &Path) -> Self {
        Self::of(&StandIn::open(directory).unwrap())
    }

    /// Clients of an empty stand-in in memory, and the clock it goes by.
    pub(crate) fn with_clock() -> (Self, TestClock) {
        let (stand_in, clock) = TestClock::stand_in();
        (Self::of(&stand_in), clock)
    }
}

/// A clock that stands still until it is moved. It starts at 1 000 000 000 s (September 2001).
#[derive(Clone, Default)]
pub(crate) struct TestClock {
    passed: Arc<AtomicU64>,
}

impl TestClock {
    pub(crate) const START: i64 = 1_000_000_000;

    /// An empty stand-in in memory that goes by a clock.
    pub(crate) fn stand_in() -> (StandIn, Self) {
        let clock = Self::default();
        let told = clock.clone();
        let ambient = Ambient {
            clock: Arc::new(move || told.now()),
            ..Ambient::system()
        };
        (StandIn::memory_with(ambient).unwrap(), clock)
    }

    pub(crate) fn advance_hours(&self, hours: u64) {
        self.passed.fetch_add(hours * 3600, Ordering::SeqCst);
    }

    fn now(&self) -> SystemTime {
        let passed = self.passed.load(Ordering::SeqCst);
        UNIX_EPOCH + Duration::from_secs(Self::START.unsigned_abs() + passed)
    }
}

/// A version id: tokens have at least 32 characters.
pub(crate) fn token(name: &str) -> String {
    format!("{name:-<32}")
}
