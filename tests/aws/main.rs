//! The stack of `infra/` without AWS: planned and tested on the real schema of the AWS provider, and deployed to an
//! emulator that runs the real packages and enforces their IAM policies.
//!
//! It proves the wiring, not that AWS accepts it. Without Terraform or the emulator of `.venv`
//! (`make .venv`) the tests say that they were skipped; under `CI=true` that is a failure. They use no network but
//! loopback and write only to temporary directories and the build directory.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what goes wrong in a test is a failed test"
)]

mod account;
mod authorizer;
mod code;
mod deploy;
mod deployment;
mod infra;
mod life;
mod ministack;
mod packages;
mod recorder;
mod two_stacks;
