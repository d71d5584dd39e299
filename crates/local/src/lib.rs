//! The embedded mode: everything the service needs of AWS, in this process, and the server on it.
//!
//! The product talks to AWS through the real SDK. Here is what answers it on a laptop and in
//! tests, [`stand_in::StandIn`], an in-process DynamoDB and Secrets Manager; and [`serve::Server`],
//! the whole service on a data directory.

pub mod admin;
pub mod log;
mod private_file;
pub mod serve;
pub mod stand_in;
