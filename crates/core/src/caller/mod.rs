//! Who calls the management API: the holder of one of this service's own tokens, or a principal of AWS IAM.

mod actor;
mod iam;
mod iam_callers;

use std::sync::Arc;

use m2m_types::admin::scopes::ManagementScope;
use m2m_types::claims::AccessTokenClaims;
use m2m_types::generation::Generation;
use m2m_types::issuer::Issuer;
use m2m_types::scope::{Scope, ScopeSet};

use crate::active_client::{ActiveClient, NotActive};
use crate::clock::Clock;
use crate::keys::{InvalidToken, KeyRing};
use crate::organization::Organization;
use crate::owner::Owner;
use crate::ports::{Directory, StoreError};
use crate::resource_servers::{ResourceServer, ResourceServers};

pub use actor::Actor;
pub use iam::{GatewayContext, IamAuthentication, IamError};
pub use iam_callers::{IamCallers, IamEntry, InvalidIamCallers};

/// A caller whose token held and was not stopped, or whom the gateway vouches for. Only
/// [`CallerAuthentication`] and [`IamAuthentication`] make one.
#[derive(Debug)]
pub struct Caller {
    actor: Actor,
    owner: Owner,
    organization: Organization,
    scopes: ScopeSet,
    client_scopes: ScopeSet,
}

impl Caller {
    /// Who it is, for the log and for what is bound to it.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }

    /// On whose behalf.
    pub fn owner(&self) -> &Owner {
        &self.owner
    }

    /// In which tenant.
    pub fn organization(&self) -> &Organization {
        &self.organization
    }

    /// What the token allows and its client may still ask for, or what the list of principals allows.
    pub fn scopes(&self) -> &ScopeSet {
        &self.scopes
    }

    /// Demands a scope.
    ///
    /// # Errors
    /// The caller does not hold it.
    pub fn require(&self, scope: ManagementScope) -> Result<(), InsufficientScope> {
        if scope.is_in(&self.scopes) {
            Ok(())
        } else {
            Err(InsufficientScope::ForCall(scope.as_str().to_owned()))
        }
    }

    /// Demands that a client with these scopes is no stronger than the caller: none stands for all of the
    /// owner's. `clients:delegate` lifts a client's limit to what the owner may do.
    ///
    /// A principal of AWS IAM may share its owner with stronger ones, so its entry is its limit whatever
    /// is in it, and only one whose entry has all of the owner's permissions delegates them all.
    ///
    /// A management scope has to be in the caller's token. A token for the management API carries no other
    /// scopes, so those have to be among what the caller's own client may ask for.
    ///
    /// # Errors
    /// Names the scope that the caller lacks.
    pub fn require_no_stronger(&self, scopes: Option<&ScopeSet>) -> Result<(), InsufficientScope> {
        let delegates = ManagementScope::ClientsDelegate.is_in(&self.scopes);
        let wanted = match scopes {
            None if !delegates => {
                let scope = ManagementScope::ClientsDelegate.as_str();
                return Err(InsufficientScope::ForStrength(scope.to_owned()));
            }
            None => &self.owner.permissions,
            Some(scopes) => scopes,
        };
        match &self.actor {
            Actor::Client(_) if delegates => Ok(()),
            Actor::Client(_) => match wanted.iter().find(|scope| !self.may_pass_on(scope)) {
                Some(scope) => Err(InsufficientScope::ForStrength(scope.to_string())),
                None => Ok(()),
            },
            Actor::Iam { .. } => match wanted.first_missing_from(&self.scopes) {
                Some(scope) => Err(InsufficientScope::ForEntry(scope.to_string())),
                None => Ok(()),
            },
        }
    }

    fn may_pass_on(&self, scope: &Scope) -> bool {
        if ManagementScope::includes(scope) {
            self.scopes.contains(scope)
        } else {
            self.client_scopes.contains(scope)
        }
    }
}

/// The caller lacks a scope (RFC 6750 §3.1 `insufficient_scope`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InsufficientScope {
    /// The call takes this scope.
    #[error("the caller lacks the scope {0}")]
    ForCall(String),
    /// The client would be stronger than the caller by this scope.
    #[error(
        "the caller lacks the scope {0}; clients:delegate lets it make and see clients with all that its owner may do"
    )]
    ForStrength(String),
    /// The client would be stronger than the caller's entry in the list of principals by this scope.
    #[error(
        "the caller's entry in M2M_IAM_PRINCIPALS lacks the scope {0}: a principal of AWS IAM neither makes nor sees clients that may do more than its entry, and one without a list of scopes may do all that its owner may"
    )]
    ForEntry(String),
}

impl InsufficientScope {
    /// What is lacking.
    pub fn scope(&self) -> &str {
        match self {
            Self::ForCall(scope) | Self::ForStrength(scope) | Self::ForEntry(scope) => scope,
        }
    }
}

/// Why a token was not accepted. For the log only: outside, all but the store are `invalid_token`.
#[derive(Debug, thiserror::Error)]
pub enum CallerError {
    /// These keys did not sign it as an access token.
    #[error(transparent)]
    Token(#[from] InvalidToken),
    /// Another issuer wrote it.
    #[error("the token is of another issuer")]
    Issuer,
    /// It is for another API.
    #[error("the token is for another resource")]
    Audience,
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
    /// Its client, owner or organization was stopped after it was issued, or is not active.
    #[error("the token was stopped")]
    Stopped,
    /// Nothing can be said.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Checks bearer tokens for the management API.
pub struct CallerAuthentication {
    /// Whose tokens.
    pub issuer: Issuer,
    /// Which API.
    pub resource_servers: ResourceServers,
    /// Who stands behind a token.
    pub directory: Arc<dyn Directory>,
    /// What signed it.
    pub keys: Arc<KeyRing>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl CallerAuthentication {
    /// Checks signature, issuer, audience and time, then that nothing behind the token was stopped.
    ///
    /// # Errors
    /// Why the token is not accepted.
    pub async fn authenticate(&self, unverified_token: &str) -> Result<Caller, CallerError> {
        let keys = self.keys.current().await?;
        let claims = keys.verify(unverified_token)?;
        if claims.iss != self.issuer.as_str() {
            return Err(CallerError::Issuer);
        }
        if claims.aud
            != *self
                .resource_servers
                .audience_of(&ResourceServer::Management)
        {
            return Err(CallerError::Audience);
        }
        if claims.exp <= self.clock.now().as_second() {
            return Err(CallerError::Expired);
        }
        self.caller_of(claims, keys.generation()).await
    }

    /// Who stands behind the claims, if nothing of it was stopped since they were written.
    async fn caller_of(
        &self,
        claims: AccessTokenClaims,
        deployment: Generation,
    ) -> Result<Caller, CallerError> {
        let found = self.directory.find_client(&claims.client_id).await?;
        let active = match ActiveClient::of(&*self.directory, found).await {
            Ok(active) => active,
            Err(NotActive::Store(error)) => return Err(error.into()),
            Err(_) => return Err(CallerError::Stopped),
        };
        let client = &active.client;
        if client.owner != claims.sub
            || client.organization != claims.org
            || !claims.generations.survive(&active.generations(deployment))
        {
            return Err(CallerError::Stopped);
        }
        let client_scopes = active.allowed_scopes();
        let ActiveClient {
            client,
            owner,
            organization,
        } = active;
        Ok(Caller {
            actor: Actor::Client(client.id),
            scopes: claims.scope.intersection(&client_scopes),
            client_scopes,
            owner,
            organization,
        })
    }
}
