//! The client against a server that answers as each test says.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod aws_iam;
mod errors;
mod pages;
mod retries;
mod server;
mod tls;
mod tokens;
