//! What the suites share: the whole service on a loopback port with steered time, failing stores and
//! counted reads, records to put into it, and plain HTTP to look at it from outside.
#![expect(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "test support: what goes wrong is a failed test, and what is skipped says why"
)]

pub mod api_tokens;
pub mod assertions;
pub mod call;
pub mod certificates;
pub mod directory;
pub mod dpop;
pub mod iam;
pub mod jwt;
pub mod logins;
pub mod logs;
pub mod outside;
pub mod programs;
pub mod raw;
pub mod revocations;
pub mod service;
pub mod terraform;
pub mod tokens;
pub mod world;
