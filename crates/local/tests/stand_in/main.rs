//! The stand-in, through the clients of the real SDK.

mod dynamodb;
mod secrets;
mod support;
