//! What the suites share: the whole service on a loopback port with steered time, failing stores and
//! counted reads, records to put into it, and plain HTTP to look at it from outside.
#![expect(
    clippy::unwrap_used,
    reason = "test support: what goes wrong is a failed test"
)]

pub mod call;
pub mod directory;
pub mod iam;
pub mod jwt;
pub mod logs;
pub mod raw;
pub mod service;
pub mod world;
