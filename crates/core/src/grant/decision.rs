//! What a client would get, decided without signing, writing or counting anything.

use m2m_types::authorization_details::AuthorizationDetails;
use m2m_types::scope::ScopeSet;
use m2m_types::token_request::TokenRequest;

use super::{Descent, TokenError, audience, details, scopes};
use crate::active_client::ActiveClient;
use crate::client::{Client, GrantType};
use crate::keys::SigningAlgorithm;
use crate::resource_servers::{KnownServers, ResourceServer};

/// What a token will be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// What it is for.
    pub server: ResourceServer,
    /// What it allows.
    pub scopes: ScopeSet,
    /// What it allows in the words of its audience.
    pub details: Option<AuthorizationDetails>,
    /// How long it lives.
    pub lifetime_seconds: u32,
    /// What its audience wants it signed with; none: the deployment's own.
    pub algorithm: Option<SigningAlgorithm>,
    /// What it keeps of the tokens that it was exchanged from.
    pub descent: Option<Descent>,
}

/// Decides what an active client gets for a request: whether it may use the grant, then audience, scopes
/// and authorization details.
///
/// # Errors
/// Why it gets nothing.
pub fn decide(
    known: &KnownServers,
    active: &ActiveClient,
    grant_type: GrantType,
    request: &TokenRequest,
) -> Result<Decision, TokenError> {
    let client = &active.client;
    require_grant(client, grant_type)?;
    let target = audience::choose(known, request, client)?;
    let scopes = scopes::choose(request, active, known, &target)?;
    let server = target.server;
    let details = details::choose(request, client, known, &server)?;
    Ok(Decision {
        lifetime_seconds: known.lifetime(&server, client.access_token_ttl).seconds(),
        algorithm: known.record_of(&server).and_then(|server| server.algorithm),
        server,
        scopes,
        details,
        descent: None,
    })
}

/// Demands that the client may use the grant.
pub(super) fn require_grant(client: &Client, grant_type: GrantType) -> Result<(), TokenError> {
    if client.grant_types.contains(&grant_type) {
        Ok(())
    } else {
        Err(TokenError::GrantNotAllowed(client.id.clone()))
    }
}
