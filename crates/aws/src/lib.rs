//! The ports of the core on DynamoDB and Secrets Manager, and configuration from the environment.
//!
//! One table holds everything but the values of secrets and the signing keys. Every state change is
//! one conditional write; every read that decides something is strongly consistent.

pub mod config;
mod deadline;
mod deployment;
mod dynamodb;
mod failure;
mod sdk;
mod secrets_manager;
#[cfg(feature = "environment")]
mod start;
mod stores;
mod survey;
pub mod tables;
mod trace_header;

pub use deployment::deployment;
#[cfg(feature = "environment")]
pub use sdk::{sdk_config, sdk_config_in};
#[cfg(feature = "environment")]
pub use start::{OwnSecrets, start};
pub use stores::Stores;
pub use survey::survey;
pub use trace_header::passing_trace_on;
