//! Randomness as a parameter.

use crate::clock::Clock;

/// Gives bytes that nobody can guess.
pub trait Random: Send + Sync {
    /// Fills the buffer.
    fn fill(&self, bytes: &mut [u8]);
}

impl dyn Random + '_ {
    /// An array of random bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }
}

/// The 26 characters of a ULID in lower case: what carries it sorts by creation.
pub(crate) fn new_ulid(clock: &dyn Clock, random: &dyn Random) -> String {
    let milliseconds = u64::try_from(clock.now().as_millisecond()).unwrap_or_default();
    let noise: [u8; 16] = random.bytes();
    let ulid = ulid::Ulid::from_parts(milliseconds, u128::from_be_bytes(noise));
    ulid.to_string().to_lowercase()
}

/// The generator of aws-lc, seeded by the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    #[expect(
        clippy::expect_used,
        reason = "a machine without randomness must not go on"
    )]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that asks the library for randomness"
    )]
    fn fill(&self, bytes: &mut [u8]) {
        // Unwrap safety: aws-lc fails here only when the operating system gives no randomness.
        aws_lc_rs::rand::fill(bytes).expect("the operating system gives randomness");
    }
}
