//! Who calls the management API: the holder of one of this service's own tokens, a principal of AWS IAM, or a person
//! whom a login provider vouches for.

mod actor;
mod iam;
mod iam_callers;
mod login;

use std::sync::Arc;

use m2m_types::admin::scopes::ManagementScope;
use m2m_types::authorization_details::DetailType;
use m2m_types::generation::{Generation, Generations};
use m2m_types::scope::{Scope, ScopeSet};

use crate::client::{AudienceGrant, scopes_at};
use crate::clock::Clock;
use crate::dpop::{DpopError, DpopProofs, NotTheHolder, ShownToken};
use crate::live_token::{LiveToken, LiveTokens, NotLive};
use crate::organization::Organization;
use crate::owner::Owner;
use crate::ports::StoreError;
use crate::resource_servers::{KnownServers, ResourceServer, ResourceServers};

pub use actor::Actor;
pub use iam::{GatewayContext, IamAuthentication, IamError};
pub use iam_callers::{IamCallers, IamEntry, InvalidIamCallers};
pub use login::{
    Algorithm, ClaimName, ClaimNames, InvalidLogin, InvalidTrustedIssuers, LoginAuthentication,
    LoginError, Organizations, TrustedIssuer, TrustedIssuers,
};

/// A caller whose token held and was not stopped, or whom the gateway or a login provider vouches for. Only
/// [`CallerAuthentication`], [`IamAuthentication`] and [`LoginAuthentication`] make one.
#[derive(Debug)]
pub struct Caller {
    actor: Actor,
    owner: Owner,
    organization: Organization,
    scopes: ScopeSet,
    client_scopes: ScopeSet,
    client_audience_grants: Option<Vec<AudienceGrant>>,
    client_detail_types: Vec<DetailType>,
    client_generation: Generation,
    next_nonce: Option<String>,
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

    /// What the token allows and its client may still ask for, or what the list of principals or the login allows.
    pub fn scopes(&self) -> &ScopeSet {
        &self.scopes
    }

    /// The nonce for the caller's next DPoP proof, if the one that it used will end soon.
    pub fn next_nonce(&self) -> Option<&str> {
        self.next_nonce.as_deref()
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

    /// Demands that a client with these scopes and types of authorization details is no stronger than the caller: no
    /// scopes named stands for all of the owner's. `clients:delegate` lifts a client's limit to what the owner may do.
    ///
    /// A principal of AWS IAM may share its owner with stronger ones, so its entry is its limit whatever
    /// is in it, and only one whose entry has all of the owner's permissions delegates them all. A login is
    /// limited in the same way by what it claims, and by what its issuer may grant.
    ///
    /// A management scope has to be in the caller's token. A token for the management API carries no other
    /// scopes, so those have to be among what the caller's own client may ask for.
    ///
    /// # Errors
    /// Names the scope that the caller lacks.
    pub fn require_no_stronger(
        &self,
        scopes: Option<&ScopeSet>,
        detail_types: &[DetailType],
    ) -> Result<(), InsufficientScope> {
        self.require_no_wider(scopes)?;
        let mut types = detail_types.iter();
        types.try_for_each(|wanted| self.require_detail_type(wanted))
    }

    fn require_no_wider(&self, scopes: Option<&ScopeSet>) -> Result<(), InsufficientScope> {
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
            Actor::Login { .. } => match wanted.first_missing_from(&self.scopes) {
                Some(scope) => Err(InsufficientScope::ForLogin(scope.to_string())),
                None => Ok(()),
            },
        }
    }

    /// Demands that the caller may do all of this: whoever changes another owner's client could come to do it.
    /// `clients:delegate` counts all that the owner of a calling client may; a principal of AWS IAM and a login stay
    /// within what they were given.
    ///
    /// # Errors
    /// Names the scope that the caller lacks.
    pub fn require_all_of(&self, permissions: &ScopeSet) -> Result<(), InsufficientScope> {
        let beyond = || permissions.first_missing_from(&self.scopes);
        let lacking = match &self.actor {
            Actor::Iam { .. } => {
                beyond().map(|scope| InsufficientScope::ForEntry(scope.to_string()))
            }
            Actor::Login { .. } => {
                beyond().map(|scope| InsufficientScope::ForLogin(scope.to_string()))
            }
            Actor::Client(_) => self
                .first_not_passed_on(permissions)
                .map(|scope| InsufficientScope::ForStrength(scope.to_string())),
        };
        lacking.map_or(Ok(()), Err)
    }

    fn first_not_passed_on<'a>(&self, permissions: &'a ScopeSet) -> Option<&'a Scope> {
        let delegates = ManagementScope::ClientsDelegate.is_in(&self.scopes);
        permissions.iter().find(|scope| {
            let is_delegated = delegates && self.owner.permissions.contains(scope);
            !is_delegated && !self.may_pass_on(scope)
        })
    }

    /// Demands that the caller holds what it grants to an owner.
    ///
    /// # Errors
    /// Names the scope that the caller lacks.
    pub fn require_may_grant<'a>(
        &self,
        mut granted: impl Iterator<Item = &'a Scope>,
    ) -> Result<(), InsufficientScope> {
        match granted.find(|scope| !self.may_pass_on(scope)) {
            Some(scope) => Err(InsufficientScope::ForGrant(scope.to_string())),
            None => Ok(()),
        }
    }

    /// No scope stands for what an API lets somebody do with authorization details, so only a client that has the type
    /// itself passes it on, or who delegates.
    fn require_detail_type(&self, wanted: &DetailType) -> Result<(), InsufficientScope> {
        let delegate = ManagementScope::ClientsDelegate;
        if delegate.is_in(&self.scopes) || self.client_detail_types.contains(wanted) {
            Ok(())
        } else {
            Err(InsufficientScope::ForStrength(delegate.as_str().to_owned()))
        }
    }

    /// All that the caller could get of an API's scopes with a token for it.
    pub fn obtainable(&self, known: &KnownServers, server: &ResourceServer) -> ScopeSet {
        let grants = self.client_audience_grants.as_deref();
        scopes_at(known, server, &self.client_scopes, grants)
    }

    /// The generations that what the caller makes is to carry, if it is to die with whoever stands behind the caller.
    pub fn generations(&self, deployment: Generation) -> Generations {
        Generations {
            client: self.client_generation,
            owner: self.owner.generation,
            organization: self.organization.generation,
            deployment,
            owner_handle: self.owner.handle,
            organization_handle: self.organization.handle,
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
    /// The client would be stronger than the caller's login by this scope.
    #[error(
        "the caller's login lacks the scope {0}: nobody makes or sees clients that may do more than the login itself"
    )]
    ForLogin(String),
    /// An API access token would be or is stronger than the caller by this scope.
    #[error(
        "the caller lacks the scope {0}: an API access token is made and changed by who could get a token with all that it allows"
    )]
    ForApiToken(String),
    /// An owner would be granted this scope.
    #[error("the caller lacks the scope {0}: whoever grants one to an owner has to hold it")]
    ForGrant(String),
}

impl InsufficientScope {
    /// What is lacking.
    pub fn scope(&self) -> &str {
        match self {
            Self::ForCall(scope)
            | Self::ForStrength(scope)
            | Self::ForEntry(scope)
            | Self::ForLogin(scope)
            | Self::ForApiToken(scope)
            | Self::ForGrant(scope) => scope,
        }
    }
}

/// Why a token was not accepted. For the log only: outside, all but the store are `invalid_token`.
#[derive(Debug, thiserror::Error)]
pub enum CallerError {
    /// It is no token of ours, its time is not now, or it was stopped.
    #[error(transparent)]
    NotLive(NotLive),
    /// It is for another API.
    #[error("the token is for another resource")]
    Audience,
    /// It is another owner's, exchanged by this client.
    #[error("the token acts for the owner of another client")]
    Subject,
    /// Whoever shows it is not the one that it is bound to.
    #[error("the token is shown by somebody who may not use it")]
    Holder(#[source] NotTheHolder),
    /// Nothing can be said.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<NotLive> for CallerError {
    fn from(reason: NotLive) -> Self {
        match reason {
            NotLive::Store(error) => Self::Store(error),
            reason => Self::NotLive(reason),
        }
    }
}

impl From<NotTheHolder> for CallerError {
    fn from(reason: NotTheHolder) -> Self {
        match reason {
            NotTheHolder::Proof(DpopError::Store(error)) => Self::Store(error),
            reason => Self::Holder(reason),
        }
    }
}

/// Checks access tokens for the management API.
pub struct CallerAuthentication {
    /// Which API.
    pub resource_servers: ResourceServers,
    /// Which tokens live.
    pub tokens: Arc<LiveTokens>,
    /// Whether whoever shows one may.
    pub dpop: Arc<DpopProofs>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl CallerAuthentication {
    /// Checks signature, issuer, time and audience, then that nothing behind the token was stopped, and last that it is
    /// shown by the one that it is bound to.
    ///
    /// # Errors
    /// Why the token is not accepted.
    pub async fn authenticate(&self, shown: &ShownToken<'_>) -> Result<Caller, CallerError> {
        let verified = self.tokens.verify(shown.unverified_token).await?;
        let management = ResourceServer::Management;
        if verified.claims().aud != *self.resource_servers.audience_of(&management) {
            return Err(CallerError::Audience);
        }
        let token = self.tokens.check(verified).await?;
        let confirmation = token.claims().cnf.as_ref();
        let now = self.clock.now();
        let next_nonce = self.dpop.check_holder(confirmation, shown, now).await?;
        caller_of(token, next_nonce)
    }
}

/// Who stands behind a token. A token that was exchanged by another client acts for that of another owner, which
/// is nobody who manages anything.
fn caller_of(token: LiveToken, next_nonce: Option<String>) -> Result<Caller, CallerError> {
    let (claims, holder) = token.into_holder();
    if holder.client.owner != claims.sub {
        return Err(CallerError::Subject);
    }
    let client_scopes = holder.allowed_scopes();
    Ok(Caller {
        actor: Actor::Client(holder.client.id),
        scopes: claims.scope.intersection(&client_scopes),
        client_scopes,
        client_audience_grants: holder.client.audience_grants,
        client_generation: holder.client.generation,
        client_detail_types: holder.client.authorization_details_types,
        owner: holder.owner,
        organization: holder.organization,
        next_nonce,
    })
}
