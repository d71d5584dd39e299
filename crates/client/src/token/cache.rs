//! The tokens for the management API: fetched once, however many calls wait for them.

use std::time::Duration;

use m2m_types::admin::scopes::ManagementScope;
use m2m_types::audience::Audience;
use m2m_types::scope::{Scope, ScopeSet};
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::api::Api;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::token::{AccessToken, TokenQuery};

/// A token is not used in its last minute, nor in the last tenth of its life if that is shorter.
const MARGIN: Duration = Duration::from_secs(60);

/// The scopes that a token must have for a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Needs {
    first: ManagementScope,
    more: Vec<ManagementScope>,
}

impl Needs {
    pub(crate) fn only(scope: ManagementScope) -> Self {
        Self {
            first: scope,
            more: Vec::new(),
        }
    }

    /// One scope more; `None` if it is among them.
    pub(crate) fn and(&self, scope: ManagementScope) -> Option<Self> {
        if self.all().any(|needed| needed == scope) {
            return None;
        }
        let mut wider = self.clone();
        wider.more.push(scope);
        Some(wider)
    }

    fn all(&self) -> impl Iterator<Item = ManagementScope> {
        std::iter::once(self.first).chain(self.more.iter().copied())
    }

    fn are_in(&self, scopes: &ScopeSet) -> bool {
        self.all().all(|scope| scope.is_in(scopes))
    }

    fn named(&self) -> Option<ScopeSet> {
        self.all()
            .map(|scope| Scope::parse(scope.as_str()).ok())
            .collect()
    }

    /// What is missing if the service gives no such token.
    fn last(&self) -> &'static str {
        self.more.last().unwrap_or(&self.first).as_str()
    }
}

/// What is kept. The lock is held while a token is fetched, so that one request serves all who
/// wait; if the caller who fetches is dropped, the next in line takes over.
#[derive(Default)]
pub(crate) struct TokenCache(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    /// Tokens that were got so far; each serves every call whose scope it has.
    tokens: Vec<Fresh>,
    /// The service gives this client nothing unless a scope is named.
    no_default: bool,
    /// The last failure, for those who were already waiting when it came.
    failure: Option<(Instant, Needs, Error)>,
}

struct Fresh {
    token: AccessToken,
    until: Instant,
}

impl TokenCache {
    /// Drops a token that the service refused.
    pub(crate) async fn forget(&self, refused: &AccessToken) {
        let mut kept = self.0.lock().await;
        kept.tokens
            .retain(|fresh| fresh.token.expose() != refused.expose());
    }
}

impl Api {
    /// A token for the management API that has the scopes.
    pub(crate) async fn management_token(
        &self,
        credentials: &Credentials,
        needs: &Needs,
    ) -> Result<AccessToken, Error> {
        let asked = Instant::now();
        let mut kept = self.tokens.0.lock().await;
        if let Some(token) = kept.usable(needs) {
            return Ok(token);
        }
        if let Some(error) = kept.failure_since(asked, needs) {
            return Err(error);
        }
        let result = self
            .fetch_management_token(&mut kept, credentials, needs)
            .await;
        kept.failure = match &result {
            Ok(_) => None,
            Err(error) => Some((Instant::now(), needs.clone(), error.clone())),
        };
        result
    }

    /// Asks for the client's default scopes first; management scopes may have to be named.
    async fn fetch_management_token(
        &self,
        kept: &mut Kept,
        credentials: &Credentials,
        needs: &Needs,
    ) -> Result<AccessToken, Error> {
        if !kept.no_default {
            match self.access_token(&self.management_query(None)).await {
                Ok(token) => {
                    let fits = needs.are_in(&token.scope);
                    kept.keep(&token);
                    if fits {
                        return Ok(token);
                    }
                }
                Err(error) if is_invalid_scope(&error) => {}
                Err(error) => return Err(error),
            }
            kept.no_default = true;
        }
        match self
            .access_token(&self.management_query(needs.named()))
            .await
        {
            Ok(token) => {
                kept.keep(&token);
                Ok(token)
            }
            Err(error) if is_invalid_scope(&error) => Err(Error::MissingScope {
                client_id: credentials.client_id.clone(),
                scope: needs.last(),
            }),
            Err(error) => Err(error),
        }
    }

    fn management_query(&self, scope: Option<ScopeSet>) -> TokenQuery {
        TokenQuery {
            credentials: None,
            resource: Audience::parse(self.endpoint().join("/v1")).ok(),
            scope,
        }
    }
}

impl Kept {
    /// The latest token that fits: it is at least as strong as those before it.
    fn usable(&mut self, needs: &Needs) -> Option<AccessToken> {
        let now = Instant::now();
        self.tokens.retain(|fresh| fresh.until > now);
        self.tokens
            .iter()
            .rfind(|fresh| needs.are_in(&fresh.token.scope))
            .map(|fresh| fresh.token.clone())
    }

    fn keep(&mut self, token: &AccessToken) {
        let margin = MARGIN.min(token.lifetime / 10);
        self.tokens.push(Fresh {
            token: token.clone(),
            until: Instant::now() + token.lifetime.saturating_sub(margin),
        });
    }

    fn failure_since(&self, asked: Instant, needs: &Needs) -> Option<Error> {
        let (at, failed, error) = self.failure.as_ref()?;
        (*at >= asked && failed == needs).then(|| error.clone())
    }
}

fn is_invalid_scope(error: &Error) -> bool {
    matches!(error, Error::TokenRefused { failure, .. } if failure.code == "invalid_scope")
}
