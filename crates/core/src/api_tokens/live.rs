//! Whether an API access token lives, and what it allows: asked at this moment.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use m2m_types::api_token::ApiTokenValue;
use m2m_types::audience::Audience;
use m2m_types::introspection::ActiveApiToken;
use m2m_types::issuer::Issuer;
use m2m_types::scope::ScopeSet;
use m2m_types::token_response::TokenType;

use super::ApiToken;
use super::backing::Backing;
use crate::active_client::NotActive;
use crate::clock::Clock;
use crate::keys::KeyRing;
use crate::ports::{ApiTokens, Directory, StoreError};
use crate::resource_servers::KnownServers;
use crate::secret::SecretDigest;

/// Why an API access token may not be used. For the log only: outside, all but the store are one answer.
#[derive(Debug, thiserror::Error)]
pub enum DeadApiToken {
    /// It was mistyped, cut or made up.
    #[error("the checksum of the API access token does not hold")]
    Malformed,
    /// It was deleted, its time is over, or there never was one.
    #[error("there is no such API access token")]
    Unknown,
    /// Somebody behind it is switched off or gone.
    #[error("the API access token is stopped")]
    NotActive(#[source] NotActive),
    /// Somebody behind it was stopped after it was made.
    #[error("the API access token was stopped with its client, owner, organization or deployment")]
    Stopped,
    /// Nothing is left that it could be used for.
    #[error("the API access token allows nothing by now")]
    AllowsNothing,
    /// Nothing can be said.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Checks API access tokens.
pub struct LiveApiTokens {
    /// Who issued them.
    pub issuer: Issuer,
    /// Where they are kept.
    pub store: Arc<dyn ApiTokens>,
    /// Who stands behind them.
    pub directory: Arc<dyn Directory>,
    /// The deployment's generation.
    pub keys: Arc<KeyRing>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl LiveApiTokens {
    /// Finds the token of that value: one read, and none if the checksum does not hold. Whether it was stopped is another
    /// question.
    ///
    /// # Errors
    /// There is none whose time it is.
    pub async fn find(&self, unverified_value: &str) -> Result<ApiToken, DeadApiToken> {
        let value = ApiTokenValue::parse(unverified_value).map_err(|_| DeadApiToken::Malformed)?;
        let digest = SecretDigest::of_api_token(&value);
        let found = self.store.find(&digest, self.clock.now()).await?;
        found.ok_or(DeadApiToken::Unknown)
    }

    /// Checks that nothing stopped the token: one read of those who stand behind it.
    ///
    /// # Errors
    /// What stopped it.
    pub async fn check(
        &self,
        token: ApiToken,
        known: &KnownServers,
    ) -> Result<LiveApiToken, DeadApiToken> {
        let deployment = self.keys.current().await?.generation();
        let backing = Backing::read(&*self.directory, &token, deployment);
        let backing = backing.await.map_err(|reason| match reason {
            NotActive::Store(error) => DeadApiToken::Store(error),
            reason => DeadApiToken::NotActive(reason),
        })?;
        if !backing.carries(&token) {
            return Err(DeadApiToken::Stopped);
        }
        let allows = backing.allows(&token, known);
        Ok(LiveApiToken { token, allows })
    }

    /// What an active token says to somebody who may know of these APIs.
    ///
    /// # Errors
    /// It allows nothing at any of them.
    pub fn tell(
        &self,
        live: LiveApiToken,
        apis: &BTreeSet<Audience>,
    ) -> Result<ActiveApiToken, DeadApiToken> {
        let LiveApiToken { token, allows } = live;
        let told = allows.into_iter().filter(|(api, _)| apis.contains(api));
        let (aud, scopes): (BTreeSet<Audience>, Vec<ScopeSet>) = told.unzip();
        if aud.is_empty() {
            return Err(DeadApiToken::AllowsNothing);
        }
        Ok(ActiveApiToken {
            scope: scopes.iter().flat_map(ScopeSet::iter).cloned().collect(),
            client_id: token.client,
            token_type: TokenType::Bearer,
            exp: token.expires_at.map(|end| end.as_second()),
            iat: token.created_at.as_second(),
            sub: token.owner,
            aud,
            iss: self.issuer.to_string(),
            jti: token.id,
            org: token.organization,
            authorization_details: token.grants.into_iter().map(Into::into).collect(),
            referers: token.referers,
        })
    }
}

/// An API access token that nothing stopped.
#[derive(Debug)]
pub struct LiveApiToken {
    token: ApiToken,
    allows: BTreeMap<Audience, ScopeSet>,
}
