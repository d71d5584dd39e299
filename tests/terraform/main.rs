//! The provider driven by the real Terraform against the real service.
//!
//! Without Terraform on the machine these tests say that they were skipped; under `CI=true` that is
//! a failure. They use no network but loopback and write only to temporary directories.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod absence;
mod aws_iam;
mod config;
mod ephemeral;
mod faults;
mod gateway;
mod interrupt;
mod leaks;
mod lifecycle;
mod protection;
mod scopes;
mod secrets;
mod service;
mod stranger;
mod terraform;
