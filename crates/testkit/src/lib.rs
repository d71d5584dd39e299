//! Test support: a clock and randomness to steer, builders, and the contract suites of the ports.
//!
//! Only ever a development dependency. What goes wrong here is a failed test, so it panics.
#![expect(
    clippy::unwrap_used,
    reason = "test support: what goes wrong is a failed test"
)]

pub mod builders;
mod clock;
pub mod contract;
mod random;

pub use clock::FakeClock;
pub use contract::Ports;
pub use random::SeededRandom;
