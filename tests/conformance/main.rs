//! CONFORMANCE: every rule of the wire as a named test, over HTTP on a real socket.
//!
//! A test is named after the line of the checklist that it shows: `t06_…` is line T6.
#![expect(
    clippy::unwrap_used,
    reason = "what goes wrong in a test is a failed test"
)]

mod access_token;
mod api_tokens;
mod attempts;
mod audiences;
mod authorization_details;
mod bearer;
mod client_assertions;
mod client_authentication;
mod custom_claims;
mod dpop;
mod grants_and_scopes;
mod indistinguishable;
mod introspection;
mod key_rotation;
mod keys;
mod management;
mod metadata;
mod mutual_tls;
mod negative_results;
mod oauth2_client;
mod openid_issuer;
mod quotas;
mod revocation;
mod simulate;
mod snapshot;
mod stopping;
mod support;
mod token_answer;
mod token_exchange;
mod token_request;
mod unavailable;
mod vectors;
mod workload_identity;
