//! The bodies of the management API under `/v1`.

pub mod api_token;
pub mod attempt;
pub mod client;
pub mod credentials;
pub mod limits;
pub mod me;
pub mod page;
pub mod patch;
pub mod principals;
pub mod resource_server;
pub mod scopes;
pub mod secret;
pub mod signing_key;
pub mod simulation;
pub mod unique_map;
