//! Callers that a login provider vouches for: the people.

mod claim_name;
mod claims;
mod error;
mod owner;
mod trusted_issuer;
mod trusted_issuers;

use std::sync::Arc;

use jiff::SignedDuration;
pub use m2m_jose::Algorithm;
use m2m_jose::CompactJws;
use m2m_types::admin::scopes::ManagementScope;
use m2m_types::generation::Generation;
use m2m_types::scope::{Scope, ScopeSet};
use m2m_types::token_response::TokenType;
use serde::Deserialize;
use serde::de::IgnoredAny;
use tracing::info;

pub use claim_name::ClaimName;
pub use error::{InvalidLogin, LoginError};
pub use trusted_issuer::{ClaimNames, Organizations, TrustedIssuer};
pub use trusted_issuers::{InvalidTrustedIssuers, TrustedIssuers};

use self::claims::LoginClaims;
use super::{Actor, Caller};
use crate::clock::Clock;
use crate::dpop::ShownToken;
use crate::issuer_keys::IssuerKeys;
use crate::organization::Organization;
use crate::owner::Owner;
use crate::ports::{Directory, StoreError, WriteOutcome};
use crate::random::Random;
use crate::revision::ATTEMPTS;

/// A longer token is none of a login provider: gateways take no header of this size.
const MAX_TOKEN_LENGTH: usize = 16 * 1024;
/// What a login never grants unless the operator listed it for the issuer.
const PRIVILEGED: [ManagementScope; 2] = [ManagementScope::Admin, ManagementScope::Operator];

/// Accepts people by the tokens of login providers that the operator trusts.
pub struct LoginAuthentication {
    /// Whom the operator trusts.
    pub issuers: TrustedIssuers,
    /// What they sign with.
    pub keys: Arc<IssuerKeys>,
    /// By how much their clocks may be off.
    pub leeway: SignedDuration,
    /// Who the people are.
    pub directory: Arc<dyn Directory>,
    /// What new records are told apart by.
    pub random: Arc<dyn Random>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

#[derive(Deserialize)]
struct UnverifiedIssuer {
    iss: String,
}

impl LoginAuthentication {
    /// Accepts who shows a token of a trusted issuer, and makes its owner at the first login if its organization
    /// exists. None: the token does not say that it is of a trusted issuer, so it can only be one of this service. What it
    /// says it is decides which keys may have signed it, and so nobody's token is taken for another's.
    pub async fn authenticate(&self, shown: &ShownToken<'_>) -> Option<Result<Caller, LoginError>> {
        let jws = CompactJws::parse(shown.unverified_token, MAX_TOKEN_LENGTH).ok()?;
        let unverified: UnverifiedIssuer = jws.unverified_claims().ok()?;
        let issuer = self.issuers.find(&unverified.iss)?;
        Some(self.by_token(issuer, &jws, shown.scheme).await)
    }

    async fn by_token(
        &self,
        issuer: &TrustedIssuer,
        jws: &CompactJws<'_>,
        scheme: TokenType,
    ) -> Result<Caller, LoginError> {
        let claims = self.verify(issuer, jws, scheme).await;
        let claims = claims.map_err(|invalid| invalid.of(&issuer.alias))?;
        let (owner, organization) = self.principals(issuer, &claims).await?;
        let scopes = scopes_of(issuer, &owner, claims.permissions.as_ref());
        Ok(Caller {
            actor: Actor::Login {
                owner: owner.id.clone(),
                issuer: issuer.issuer.clone(),
            },
            client_scopes: scopes.clone(),
            client_audience_grants: None,
            client_detail_types: vec![],
            client_generation: Generation::default(),
            scopes,
            owner,
            organization,
            next_nonce: None,
        })
    }

    /// Keys are fetched only for a token that lacks nothing but a signature that holds.
    async fn verify(
        &self,
        issuer: &TrustedIssuer,
        jws: &CompactJws<'_>,
        scheme: TokenType,
    ) -> Result<LoginClaims, InvalidLogin> {
        let header = jws.header();
        if scheme != TokenType::Bearer {
            return Err(InvalidLogin::Bound);
        }
        if !issuer.algorithms.contains(&header.algorithm) {
            return Err(InvalidLogin::Algorithm);
        }
        // An access token (RFC 9068 §2.1) or an ID token, which need not say so.
        if header.typ.is_some() && !header.is_typ("JWT") && !header.is_typ("at+jwt") {
            return Err(InvalidLogin::OtherTyp);
        }
        let now = self.clock.now();
        let claims = LoginClaims::check(jws, issuer, now, self.leeway)?;
        let jwks_uri = issuer.jwks_uri.as_deref();
        let key = self.keys.find(&issuer.issuer, jwks_uri, header, now).await;
        jws.verify::<IgnoredAny>(&*key.map_err(InvalidLogin::Key)?)?;
        Ok(claims)
    }

    /// The owner, as the login leaves it, and its organization: one read, and one write at the first login and when
    /// it changes what the owner may do.
    async fn principals(
        &self,
        issuer: &TrustedIssuer,
        login: &LoginClaims,
    ) -> Result<(Owner, Organization), LoginError> {
        let named = login.organization.as_ref();
        let named = named.ok_or_else(|| LoginError::OtherOrganization {
            alias: issuer.alias.clone(),
        })?;
        for _ in 0..ATTEMPTS {
            let found = self.directory.find_principals(&login.owner, named).await?;
            let (present, organization) = owner::may_act(found, &login.owner, named)?;
            let wanted = owner::after(issuer, login, named, present.as_ref(), &*self.random);
            if present.as_ref() == Some(&wanted) {
                return Ok((wanted, organization));
            }
            let written = self.directory.replace_owner(&wanted, present.as_ref());
            if written.await? == WriteOutcome::Written {
                info!(owner = %wanted.id, permissions = %wanted.permissions, "owner written as its login says");
                return Ok((wanted, organization));
            }
        }
        let reason = "others kept writing it at the same time";
        Err(StoreError::new("bring an owner up to date", reason).into())
    }
}

/// What the owner may do, and of that what the login claims and its issuer may grant.
fn scopes_of(issuer: &TrustedIssuer, owner: &Owner, claimed: Option<&ScopeSet>) -> ScopeSet {
    let is_withheld = |scope: &Scope| {
        let is_privileged = PRIVILEGED.iter().any(|it| it.as_str() == scope.as_str());
        is_privileged && !issuer.permissions.contains(scope)
    };
    let held = owner.permissions.iter().filter(|scope| !is_withheld(scope));
    let claimed = held.filter(|scope| claimed.is_none_or(|claimed| claimed.contains(scope)));
    claimed.cloned().collect()
}
