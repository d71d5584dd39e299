//! The program `m2m`, run as a user runs it.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod admin;
mod connection;
mod credentials;
mod guide;
mod told;
