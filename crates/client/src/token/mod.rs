//! Access tokens: what they are, where they come from, how long they are kept.

mod cache;
mod endpoint;

use std::fmt;
use std::time::Duration;

use m2m_types::audience::Audience;
use m2m_types::scope::ScopeSet;
use m2m_types::token_response::TokenResponse;
use zeroize::Zeroizing;

use crate::credentials::Credentials;

pub(crate) use cache::{Needs, TokenCache};

/// Which token is wanted.
#[derive(Debug, Clone, Default)]
pub struct TokenQuery {
    /// For whom; absent: the client that calls.
    pub credentials: Option<Credentials>,
    /// What the token is for (RFC 8707); absent: the client's default.
    pub resource: Option<Audience>,
    /// What it shall allow; absent: the client's default.
    pub scope: Option<ScopeSet>,
}

/// An access token; `Debug` shows no part of it, the memory is wiped.
#[derive(Clone)]
pub struct AccessToken {
    value: Zeroizing<String>,
    /// What it allows.
    pub scope: ScopeSet,
    /// How long it lives from when it was issued.
    pub lifetime: Duration,
}

impl AccessToken {
    /// The token, for the one header or answer that exists to carry it.
    pub fn expose(&self) -> &str {
        &self.value
    }
}

impl From<TokenResponse> for AccessToken {
    fn from(response: TokenResponse) -> Self {
        Self {
            value: Zeroizing::new(response.access_token),
            scope: response.scope,
            lifetime: Duration::from_secs(response.expires_in.into()),
        }
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken")
            .field("scope", &self.scope)
            .field("lifetime", &self.lifetime)
            .finish_non_exhaustive()
    }
}
