//! The programs that Lambda runs, under Lambda's Runtime API on a loopback port.
//!
//! Which functions there are is read from the workspace, so that a new one comes under these tests by itself.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "what goes wrong in a test is a failed test"
)]

mod answer;
mod authorizer;
mod concurrency;
mod event;
mod every_event;
mod fixtures;
mod iam_caller;
mod maintenance;
mod programs;
mod same_answer;
mod start;
mod stores;
mod watch;
