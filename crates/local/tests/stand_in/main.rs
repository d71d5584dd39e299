//! The stand-in, through the clients of the real SDK.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod dynamodb;
mod secrets;
mod support;
