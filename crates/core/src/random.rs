//! Randomness as a parameter.

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
