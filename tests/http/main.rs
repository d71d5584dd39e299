//! The service over HTTP: what it answers to every error, the rules of the management API, and what
//! survives hostile clients, failing stores and a killed process.
#![expect(
    clippy::unwrap_used,
    reason = "what goes wrong in a test is a failed test"
)]

mod api_tokens;
mod canary;
mod client_credentials;
mod client_settings;
mod crash;
mod deleting;
mod dev_login;
mod fields;
mod hostile;
mod iam;
mod iam_owners;
mod idempotency;
mod introspection_errors;
mod isolation;
mod limits;
mod log_lines;
mod login_owners;
mod logins;
mod management_errors;
mod mutual_tls;
mod paging;
mod panics;
mod patching;
mod preconditions;
mod principals;
mod process;
mod repeating;
mod resource_servers;
mod restoring;
mod revealing;
mod rotating;
mod round_trips;
mod snapshot;
mod stopping_in_seconds;
mod strength;
mod token_errors;
mod transferring;
