//! Randomness that can be repeated.

use std::sync::{Mutex, PoisonError};

use m2m_core::random::Random;

/// Gives the same bytes to every run with the same seed, so that a test that failed fails again.
///
/// The generator is SplitMix64: well spread and entirely predictable, for tests only. The bytes
/// depend on the order of the calls, so a test of concurrent work cannot count on who gets which.
///
/// ```
/// use m2m_core::random::Random;
/// use m2m_testkit::SeededRandom;
///
/// let (one, other): (&dyn Random, &dyn Random) = (&SeededRandom::new(7), &SeededRandom::new(7));
/// assert_eq!(one.bytes::<16>(), other.bytes::<16>());
/// ```
#[derive(Debug)]
pub struct SeededRandom(Mutex<u64>);

impl SeededRandom {
    /// A generator that starts at that seed.
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(seed))
    }
}

impl Random for SeededRandom {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for chunk in bytes.chunks_mut(8) {
            let number = next(&mut state).to_le_bytes();
            chunk.copy_from_slice(&number[..chunk.len()]);
        }
    }
}

/// SplitMix64, after Steele, Lea and Flood (OOPSLA 2014).
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
