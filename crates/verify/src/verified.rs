//! A token that held.

use m2m_types::claims::AccessTokenClaims;
use m2m_types::client_id::ClientId;
use m2m_types::names::{OrganizationId, OwnerId};
use m2m_types::scope::ScopeSet;

use crate::error::Refusal;

/// The claims of a token that was checked for the request it came with. Only a [`Verifier`](crate::Verifier) makes one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified(AccessTokenClaims);

impl Verified {
    pub(crate) fn new(claims: AccessTokenClaims) -> Self {
        Self(claims)
    }

    /// The client that called.
    pub fn client_id(&self) -> &ClientId {
        &self.0.client_id
    }

    /// On whose behalf: the client's owner.
    pub fn subject(&self) -> &OwnerId {
        &self.0.sub
    }

    /// The tenant of both.
    pub fn organization(&self) -> &OrganizationId {
        &self.0.org
    }

    /// What the token allows.
    pub fn scopes(&self) -> &ScopeSet {
        &self.0.scope
    }

    /// Everything that the token says.
    pub fn claims(&self) -> &AccessTokenClaims {
        &self.0
    }

    /// Demands a scope.
    ///
    /// # Errors
    /// The token lacks it.
    pub fn require(&self, scope: &str) -> Result<(), Refusal> {
        if self.scopes().iter().any(|held| held.as_str() == scope) {
            Ok(())
        } else {
            Err(Refusal::InsufficientScope(scope.to_owned()))
        }
    }
}
