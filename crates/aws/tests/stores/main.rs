//! The ports on the real SDK, answered in process.
#![expect(
    clippy::unwrap_used,
    reason = "what goes wrong in a test is a failed test"
)]

mod contract;
mod support;
