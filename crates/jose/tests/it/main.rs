//! The crate from outside.
#![expect(
    clippy::unwrap_used,
    reason = "what goes wrong in a test is a failed test"
)]

mod arbitrary;
mod key_sets;
mod remote;
mod signatures;
mod support;
mod vectors;
