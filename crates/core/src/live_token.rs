//! Whether a token of this service lives: everything that could have ended it, asked at this moment.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures_util::future::{try_join, try_join_all};
use m2m_types::claims::AccessTokenClaims;
use m2m_types::client_id::ClientId;
use m2m_types::generation::Generations;
use m2m_types::issuer::Issuer;

use crate::active_client::{ActiveClient, NotActive};
use crate::clock::Clock;
use crate::keys::{InvalidToken, KeyRing, KeySet};
use crate::ports::{Directory, Revocations, StoreError, TokenName};

/// A token that one of the published keys signed as ours and whose time it is. Whether it was stopped is
/// another question.
#[derive(Clone)]
pub struct VerifiedToken {
    claims: AccessTokenClaims,
    kid: String,
    keys: Arc<KeySet>,
}

/// A token that nothing stopped, with its client and those of the tokens that it was exchanged from.
#[derive(Debug, Clone)]
pub struct LiveToken {
    claims: AccessTokenClaims,
    kid: String,
    holder: ActiveClient,
    others: Vec<ActiveClient>,
}

/// Why a token may not be used. For the log only: outside, all but the store are one answer.
#[derive(Debug, thiserror::Error)]
pub enum NotLive {
    /// These keys did not sign it as an access token.
    #[error(transparent)]
    Token(#[from] InvalidToken),
    /// Another issuer wrote it.
    #[error("the token is of another issuer")]
    Issuer,
    /// Its time is over.
    #[error("the token has expired")]
    Expired,
    /// Its time has not come.
    #[error("the token is not valid yet")]
    NotYet,
    /// Its client, or that of a token which it was exchanged from, gets no tokens.
    #[error("the token's client {0} is stopped")]
    NotActive(ClientId, #[source] NotActive),
    /// Its client, owner, organization or deployment was stopped after it was issued, or that of a token which
    /// it was exchanged from.
    #[error("the token was stopped, with others of the client {0}")]
    Stopped(ClientId),
    /// It was revoked by itself, or a token which it was exchanged from; or the key of one of them was removed.
    #[error("the token was revoked, or a key that signed it or its ancestors removed")]
    Denied,
    /// The key that signed a token which it was exchanged from is published no more.
    #[error("a key of the token's ancestors was removed")]
    KeyRemoved,
    /// Nothing can be said.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl VerifiedToken {
    /// What it says.
    pub fn claims(&self) -> &AccessTokenClaims {
        &self.claims
    }

    /// Each client whose stop ends the token, once: its own and those of its ancestors.
    fn clients(&self) -> impl Iterator<Item = (&ClientId, &Generations)> {
        let ancestors = self.claims.ancestors.iter();
        let ancestors = ancestors.map(|ancestor| (&ancestor.client_id, &ancestor.generations));
        std::iter::once((&self.claims.client_id, &self.claims.generations)).chain(ancestors)
    }

    /// Each key whose removal ends it, of which this process may not know yet.
    fn kids(&self) -> Vec<&str> {
        let ancestors = self.claims.ancestors.iter();
        let ancestors = ancestors.map(|ancestor| ancestor.kid.as_str());
        std::iter::once(self.kid.as_str())
            .chain(ancestors)
            .collect()
    }

    /// Each token whose denial ends it: itself and its ancestors.
    fn names(&self) -> Vec<TokenName> {
        let name = |client_id: &ClientId, jti: &str| TokenName {
            client_id: client_id.clone(),
            jti: jti.to_owned(),
        };
        let ancestors = self.claims.ancestors.iter();
        let ancestors = ancestors.map(|ancestor| name(&ancestor.client_id, &ancestor.jti));
        std::iter::once(name(&self.claims.client_id, &self.claims.jti))
            .chain(ancestors)
            .collect()
    }
}

impl LiveToken {
    /// What it says.
    pub fn claims(&self) -> &AccessTokenClaims {
        &self.claims
    }

    /// The key that signed it.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The clients that got it and its ancestors, each once.
    pub fn clients(&self) -> impl Iterator<Item = &ActiveClient> {
        std::iter::once(&self.holder).chain(&self.others)
    }

    /// What it says and the client that got it.
    pub fn into_holder(self) -> (AccessTokenClaims, ActiveClient) {
        (self.claims, self.holder)
    }
}

/// Checks tokens of this service.
pub struct LiveTokens {
    /// Whose tokens.
    pub issuer: Issuer,
    /// Who stands behind them.
    pub directory: Arc<dyn Directory>,
    /// Which of them are denied by themselves.
    pub revocations: Arc<dyn Revocations>,
    /// What signed them.
    pub keys: Arc<KeyRing>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl LiveTokens {
    /// Checks what the token itself tells: signature, issuer and time. It costs no read, unless the token names a
    /// key which this process does not know: another instance may have made it a moment ago.
    ///
    /// # Errors
    /// Why it may not be used.
    pub async fn verify(&self, unverified_token: &str) -> Result<VerifiedToken, NotLive> {
        let keys = self.keys.current().await?;
        match self.verify_with(keys, unverified_token) {
            Err(NotLive::Token(InvalidToken::UnknownKey)) => {
                self.verify_with(self.keys.read_again().await?, unverified_token)
            }
            verified => verified,
        }
    }

    fn verify_with(
        &self,
        keys: Arc<KeySet>,
        unverified_token: &str,
    ) -> Result<VerifiedToken, NotLive> {
        let (claims, kid) = keys.verify(unverified_token)?;
        if claims.iss != self.issuer.as_str() {
            return Err(NotLive::Issuer);
        }
        let now = self.clock.now().as_second();
        if claims.exp <= now {
            return Err(NotLive::Expired);
        }
        if claims.nbf.is_some_and(|nbf| nbf > now) {
            return Err(NotLive::NotYet);
        }
        let kid = kid.to_owned();
        Ok(VerifiedToken { claims, kid, keys })
    }

    /// Checks that nothing stopped the token: its client, owner, organization and deployment, itself, and the
    /// same for the tokens that it was exchanged from. All reads are made at once.
    ///
    /// # Errors
    /// What stopped it.
    pub async fn check(&self, verified: VerifiedToken) -> Result<LiveToken, NotLive> {
        let ancestors = &verified.claims.ancestors;
        if ancestors.iter().any(|it| !verified.keys.publishes(&it.kid)) {
            return Err(NotLive::KeyRemoved);
        }
        let (names, kids) = (verified.names(), verified.kids());
        let denied = async { Ok(self.revocations.any_denied(&names, &kids).await?) };
        let (clients, denied) = try_join(self.active_clients(&verified), denied).await?;
        if denied {
            return Err(NotLive::Denied);
        }
        for (id, generations) in verified.clients() {
            let now = clients.get(id).map(|active| {
                let same = active.client.organization == verified.claims.org;
                same.then(|| active.generations(verified.keys.generation()))
            });
            if !now.flatten().is_some_and(|now| generations.survive(&now)) {
                return Err(NotLive::Stopped(id.clone()));
            }
        }
        live(verified, clients)
    }

    /// The clients of the token and its ancestors, each read once.
    async fn active_clients(
        &self,
        verified: &VerifiedToken,
    ) -> Result<BTreeMap<ClientId, ActiveClient>, NotLive> {
        let ids: BTreeSet<&ClientId> = verified.clients().map(|(id, _)| id).collect();
        let active = try_join_all(ids.into_iter().map(|id| self.active_client(id))).await?;
        let by_id = active.into_iter().map(|it| (it.client.id.clone(), it));
        Ok(by_id.collect())
    }

    async fn active_client(&self, id: &ClientId) -> Result<ActiveClient, NotLive> {
        let found = self.directory.find_client(id).await?;
        let active = ActiveClient::of(&*self.directory, found).await;
        active.map_err(|reason| match reason {
            NotActive::Store(error) => NotLive::Store(error),
            reason => NotLive::NotActive(id.clone(), reason),
        })
    }
}

/// The subject is the owner of the client that got the first token: a transferred client acts for another.
fn live(
    verified: VerifiedToken,
    mut clients: BTreeMap<ClientId, ActiveClient>,
) -> Result<LiveToken, NotLive> {
    let VerifiedToken { claims, kid, .. } = verified;
    let first = claims.ancestors.last();
    let first = first.map_or(&claims.client_id, |ancestor| &ancestor.client_id);
    let subject = clients.get(first).map(|active| &active.client.owner);
    if subject != Some(&claims.sub) {
        return Err(NotLive::Stopped(first.clone()));
    }
    let holder = clients.remove(&claims.client_id);
    Ok(LiveToken {
        holder: holder.ok_or_else(|| NotLive::Stopped(claims.client_id.clone()))?,
        others: clients.into_values().collect(),
        claims,
        kid,
    })
}
