//! The verifier against an issuer that is played here, with steered time and counted fetches.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what goes wrong in a test is a failed test"
)]

mod bound;
mod issuer;
mod keys;
mod layer;
mod snapshot;
mod tokens;
mod vectors;
