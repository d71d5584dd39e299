//! The Terraform provider `m2m`: OAuth clients for machines, as resources.
//!
//! Each file is one thing that a configuration can name. All of them share one [`Session`], which
//! is made of the provider block and the environment and calls the service only when needed.
//! No secret is ever stored, planned, logged or shown, unless `expose_secret_in_state` asks for it.

mod access_token;
mod client;
mod client_data;
mod client_secret;
mod diagnose;
mod interrupt;
mod provider;
mod session;
mod settings;
mod words;

pub use provider::M2mProvider;
pub use session::Session;
