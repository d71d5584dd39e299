//! What the token will allow.

use m2m_types::admin::scopes::ManagementScope;
use m2m_types::scope::ScopeSet;
use m2m_types::token_request::TokenRequest;

use super::TokenError;
use crate::active_client::ActiveClient;
use crate::resource_servers::{KnownServers, ResourceServer};

/// The requested scopes, all or nothing; else the client's default ones, else all it may have.
///
/// RFC 6749 §3.3. Never more than the owner may do at this moment.
pub(super) fn choose(
    request: &TokenRequest,
    active: &ActiveClient,
    known: &KnownServers,
    server: &ResourceServer,
) -> Result<ScopeSet, TokenError> {
    let allowed = active.allowed_scopes();
    let granted = match request.unverified_scope.as_deref() {
        Some(unverified) => {
            let requested = ScopeSet::parse(unverified).map_err(|_| TokenError::ScopeMalformed)?;
            if let Some(missing) = requested.first_missing_from(&allowed) {
                return Err(TokenError::ScopeNotAllowed(missing.clone()));
            }
            if let Some(foreign) = requested.iter().find(|scope| !known.owns(server, scope)) {
                return Err(TokenError::ScopeOfAnotherResource(foreign.clone()));
            }
            requested
        }
        None => unrequested(active, &known.filter(server, &allowed)),
    };
    if granted.is_empty() {
        Err(TokenError::NoScope)
    } else {
        Ok(granted)
    }
}

/// All that the client may have of that API at this moment.
pub(super) fn allowed(
    active: &ActiveClient,
    known: &KnownServers,
    server: &ResourceServer,
) -> ScopeSet {
    known.filter(server, &active.allowed_scopes())
}

/// Management scopes are granted only by name: in the request or in the client's default scopes.
fn unrequested(active: &ActiveClient, allowed: &ScopeSet) -> ScopeSet {
    match &active.client.default_scopes {
        Some(default) => default.intersection(allowed),
        None => allowed
            .iter()
            .filter(|scope| !ManagementScope::includes(scope))
            .cloned()
            .collect(),
    }
}
