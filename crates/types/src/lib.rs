//! The words of the wire: identifiers, requests, answers and errors, parsed at the edge.
//!
//! Nothing here knows a rule of the service, a store, HTTP or AWS. Every identifier is a newtype
//! with a private field, so a value that exists has passed its grammar.

mod checked_text;
mod text;

pub mod admin;
pub mod api_token;
pub mod audience;
pub mod authorization_details;
pub mod cidr;
pub mod claims;
pub mod client_id;
pub mod client_secret;
pub mod confirmation;
pub mod correlation_id;
pub mod custom_claims;
pub mod data_grant;
pub mod form;
pub mod generation;
pub mod handle;
pub mod iam_principal;
pub mod idempotency_key;
pub mod introspection;
pub mod issuer;
pub mod json;
pub mod metadata;
pub mod names;
pub mod oauth_error;
pub mod problem;
pub mod referer;
pub mod revocations;
pub mod scope;
pub mod token_request;
pub mod token_response;
pub mod trace_parent;
pub mod ttl;

pub use text::InvalidText;
