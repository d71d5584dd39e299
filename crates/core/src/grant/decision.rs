//! What a client would get, decided without signing, writing or counting anything.

use m2m_types::scope::ScopeSet;
use m2m_types::token_request::TokenRequest;
use m2m_types::ttl::AccessTokenTtl;

use super::{TokenError, audience, scopes};
use crate::active_client::ActiveClient;
use crate::client::GrantType;
use crate::resource_servers::{ResourceServer, ResourceServers};

/// What a token will be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What it is for.
    pub server: ResourceServer,
    /// What it allows.
    pub scopes: ScopeSet,
    /// How long it lives.
    pub lifetime: AccessTokenTtl,
}

/// Decides what an active client gets for a request: whether it may use the grant, then audience, then scopes.
///
/// # Errors
/// Why it gets nothing.
pub fn decide(
    servers: &ResourceServers,
    active: &ActiveClient,
    grant_type: GrantType,
    request: &TokenRequest,
) -> Result<Decision, TokenError> {
    let client = &active.client;
    if !client.grant_types.contains(&grant_type) {
        return Err(TokenError::GrantNotAllowed(client.id.clone()));
    }
    let server = audience::choose(servers, request, client)?;
    let scopes = scopes::choose(request, active, &server)?;
    Ok(Decision {
        server,
        scopes,
        lifetime: client.access_token_ttl,
    })
}
