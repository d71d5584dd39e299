//! The embedded mode: everything the service needs of AWS, in this process.
//!
//! The product talks to AWS through the real SDK. Here is what answers it on a laptop and in
//! tests: [`stand_in::StandIn`], an in-process DynamoDB and Secrets Manager.

pub mod stand_in;
