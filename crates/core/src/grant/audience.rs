//! What the token will be for.

use m2m_types::token_request::TokenRequest;

use super::TokenError;
use crate::client::Client;
use crate::resource_servers::{KnownServers, ResourceServer};

/// The requested resource (RFC 8707 §2), else the client's default (RFC 9068 §3).
///
/// A token is for one resource server; the same resource repeated counts once.
pub(super) fn choose(
    known: &KnownServers,
    request: &TokenRequest,
    client: &Client,
) -> Result<ResourceServer, TokenError> {
    let Some((first, others)) = request.unverified_resources.split_first() else {
        return Ok(client.default_audience.clone());
    };
    if others.iter().any(|other| other != first) {
        return Err(TokenError::ManyResources);
    }
    if client_default_is(known, client, first) {
        return Ok(client.default_audience.clone());
    }
    known.find(first).ok_or(TokenError::UnknownResource)
}

/// A client keeps the default it was made with, also when the deployment's has changed since.
fn client_default_is(known: &KnownServers, client: &Client, unverified_resource: &str) -> bool {
    known.audience_of(&client.default_audience).as_str() == unverified_resource
}
