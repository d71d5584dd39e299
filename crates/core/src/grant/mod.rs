//! `POST /oauth/token`: from a request to a token or a refusal.

mod audience;
mod error;
mod noted_uses;
mod scopes;

use std::net::IpAddr;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use m2m_types::client_id::ClientId;
use m2m_types::issuer::Issuer;
use m2m_types::token_request::TokenRequest;
use m2m_types::token_response::{TokenResponse, TokenType};
use tracing::warn;

pub use error::TokenError;
pub use noted_uses::NotedUses;

use crate::client::GrantType;
use crate::client_auth::{
    AuthenticatedClient, AuthenticationFailure, PresentedCredentials, authenticate,
};
use crate::clock::Clock;
use crate::keys::KeyRing;
use crate::ports::{ClientStore, Directory};
use crate::random::Random;
use crate::resource_servers::ResourceServers;
use crate::throttle::FailureThrottle;
use crate::token::{self, Grant};

/// A use of a secret is written down when the last one written is older than this.
const USE_RESOLUTION: SignedDuration = SignedDuration::from_hours(1);

/// A token and what it is remembered by.
#[derive(Debug)]
pub struct Issued {
    /// What the client gets.
    pub answer: TokenResponse,
    /// Which client.
    pub client_id: ClientId,
    /// The name of the token.
    pub jti: String,
}

/// A refusal and whom it met.
#[derive(Debug)]
pub struct Refused {
    /// Which client; none: no client that exists was named.
    pub client_id: Option<ClientId>,
    /// Why.
    pub error: TokenError,
}

impl<E: Into<TokenError>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self {
            client_id: None,
            error: error.into(),
        }
    }
}

/// The token endpoint's rules and what they need.
pub struct TokenEndpoint {
    /// Who issues.
    pub issuer: Issuer,
    /// What tokens are for.
    pub resource_servers: ResourceServers,
    /// Who asks.
    pub directory: Arc<dyn Directory>,
    /// Where a use is written down.
    pub clients: Arc<dyn ClientStore>,
    /// What signs.
    pub keys: Arc<KeyRing>,
    /// Who failed too often.
    pub throttle: FailureThrottle,
    /// Which uses this process is writing down.
    pub noted_uses: NotedUses,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The names of tokens.
    pub random: Arc<dyn Random>,
}

impl TokenEndpoint {
    /// Answers a token request, step by step as it is documented.
    ///
    /// # Errors
    /// Why no token is issued.
    pub async fn token(
        &self,
        authorization: &[&[u8]],
        request: &TokenRequest,
        source: IpAddr,
    ) -> Result<Issued, Refused> {
        let now = self.clock.now();
        let grant_type = parse_grant_type(request)?;
        let presented =
            PresentedCredentials::find(authorization, request).map_err(TokenError::Credentials)?;
        let authenticated = authenticate(&*self.directory, &presented, now)
            .await
            .map_err(|failure| self.count_failure(failure, &presented, source))?;
        let issued = self.grant(&authenticated, grant_type, request, now).await;
        issued.map_err(|error| Refused {
            client_id: Some(authenticated.client().id.clone()),
            error,
        })
    }

    /// What an authenticated client gets.
    async fn grant(
        &self,
        authenticated: &AuthenticatedClient,
        grant_type: GrantType,
        request: &TokenRequest,
        now: Timestamp,
    ) -> Result<Issued, TokenError> {
        let client = authenticated.client();
        if !client.grants.contains(&grant_type) {
            return Err(TokenError::GrantNotAllowed(client.id.clone()));
        }
        let server = audience::choose(&self.resource_servers, request, client)?;
        let scopes = scopes::choose(request, authenticated, &server)?;
        let keys = self.keys.current().await?;
        let grant = Grant {
            issuer: &self.issuer,
            audience: self.resource_servers.audience_of(&server),
            scopes,
            jti: self.random.bytes(),
            issued_at: now,
        };
        let (access_token, claims) = token::issue(authenticated, grant, &keys)?;
        self.record_use(authenticated, now).await;
        Ok(Issued {
            client_id: claims.client_id,
            jti: claims.jti,
            answer: TokenResponse {
                access_token,
                token_type: TokenType::Bearer,
                expires_in: client.access_token_ttl.seconds(),
                scope: claims.scope,
            },
        })
    }

    fn count_failure(
        &self,
        failure: AuthenticationFailure,
        presented: &PresentedCredentials,
        source: IpAddr,
    ) -> Refused {
        if let AuthenticationFailure::Store(error) = failure {
            return TokenError::Store(error).into();
        }
        let client_id = failure.client_id().cloned();
        let error = match self.throttle.count(source, &presented.unverified_client_id) {
            Ok(()) => TokenError::NotAuthenticated(failure),
            Err(wait) => TokenError::Throttled { failure, wait },
        };
        Refused { client_id, error }
    }

    /// Notes the use of a secret, once an hour. A token is not refused because the note failed: a request
    /// in a minute or more tries again.
    async fn record_use(&self, authenticated: &AuthenticatedClient, now: Timestamp) {
        let (client, secret) = (authenticated.client(), authenticated.secret());
        let noted = client
            .last_used
            .get(secret)
            .is_some_and(|last| now.duration_since(*last) < USE_RESOLUTION);
        if noted || !self.noted_uses.claim(secret, now) {
            return;
        }
        if let Err(error) = self.clients.record_use(&client.id, secret, now).await {
            warn!(client_id = %client.id, reason = &error as &dyn std::error::Error, "a use was not noted");
        }
    }
}

fn parse_grant_type(request: &TokenRequest) -> Result<GrantType, TokenError> {
    let unverified = request
        .unverified_grant_type
        .as_deref()
        .ok_or(TokenError::GrantTypeMissing)?;
    GrantType::parse(unverified).ok_or(TokenError::GrantTypeUnknown)
}
