//! Calls an m2m-oauth service as a principal of AWS IAM.
//!
//! [`IamSigner`] finds the credentials of AWS where every program of AWS finds them, when the first request
//! needs them, and signs each request for API Gateway. What it finds goes nowhere else: into no log, no
//! error and no `Debug` print.

mod credentials;
mod region;
mod signature;
mod signer;

pub use signer::{IamSettings, IamSigner};
