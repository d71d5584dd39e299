//! The provider through its protocol, in this process, against a service that answers as each test
//! says. What takes a real Terraform and the real service is tested in `tests/terraform`.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod absence;
mod arn;
mod exposure;
mod half_done;
mod server;
mod unknown;
