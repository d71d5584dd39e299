//! The stand-in, through the clients of the real SDK.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod at_rest;
mod data_dir;
mod durability;
mod dynamodb;
mod faults;
mod http;
mod secrets;
mod support;
