//! The rules of the service and the ports they need.
//!
//! No HTTP and no AWS: a port is a promise kept by one atomic step of whatever stands behind it.
//! Time and randomness are parameters.

mod active_client;
pub mod after_restore;
pub mod api_tokens;
pub mod attempts;
pub mod bootstrap;
pub mod caller;
pub mod client;
pub mod client_auth;
pub mod clients;
pub mod clock;
pub mod cursors;
pub mod deployment;
pub mod dpop;
pub mod grant;
pub mod idempotency;
pub mod introspection;
pub mod issuer_keys;
mod kept;
pub mod keys;
mod live_token;
pub mod maintenance;
pub mod mutual_tls;
pub mod organization;
pub mod owner;
pub mod ports;
pub mod principals;
pub mod protocol_error;
mod quotas;
pub mod random;
pub mod resource_servers;
pub mod revision;
pub mod revocation;
mod sealing;
pub mod secret;
pub mod simulation;
mod throttle;
mod token;

pub use m2m_jose::error_chain;
