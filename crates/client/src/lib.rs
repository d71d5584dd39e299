//! The HTTP client of the m2m-oauth service, as the Terraform provider and the command line use it.
//!
//! [`Api`] holds one identity for one endpoint: a client's credentials, whose access tokens it fetches and
//! keeps, or a signer of AWS IAM. It repeats what may be repeated, and turns every answer into a type: a body, or one [`Error`] that
//! says what to do about it. No error, log line or `Debug` print ever holds a secret or a token.
//! Dropping a future abandons its call.

mod answer;
mod api;
mod api_tokens;
mod call;
mod clients;
mod config;
mod credentials;
mod discovery;
mod error;
mod identity;
mod redact;
mod retry;
mod secrets;
mod signed;
mod small_file;
mod token;
mod transport;
mod unreachable;

pub use api::{Api, ETag, Tagged};
pub use clients::ListClients;
pub use config::{Config, ConfigError};
pub use credentials::Credentials;
pub use error::{Error, OAuthFailure, problem_kind};
pub use identity::{Identity, Signer, SigningError};
pub use secrets::RetireSecret;
pub use small_file::read_small_file;
pub use token::{AccessToken, TokenQuery};
pub use unreachable::Unreachable;
