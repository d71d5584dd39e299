//! `POST /oauth/token`: from a request to a token or a refusal.

mod audience;
mod binding;
mod decision;
mod details;
mod error;
pub(crate) mod exchange;
mod noted_uses;
mod scopes;

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use m2m_types::claims::AccessTokenClaims;
use m2m_types::client_id::ClientId;
use m2m_types::confirmation::Confirmation;
use m2m_types::issuer::Issuer;
use m2m_types::token_request::{MAX_PARAMETER_LENGTH, TokenRequest};
use m2m_types::token_response::{IssuedTokenType, TokenResponse};
use tracing::warn;

pub use decision::{Decision, decide};
pub use error::TokenError;
pub use exchange::{Descent, ExchangeError};
pub use noted_uses::NotedUses;

use self::decision::require_grant;
use crate::active_client::ActiveClient;
use crate::client::GrantType;
use crate::client_auth::{AuthenticatedClient, ClientAuthentication, Presentation, Proof};
use crate::clock::Clock;
use crate::dpop::DpopProofs;
use crate::keys::KeyRing;
use crate::live_token::LiveTokens;
use crate::ports::ClientStore;
use crate::protocol_error::Refused;
use crate::quotas::TokenQuotas;
use crate::random::Random;
use crate::resource_servers::{Catalog, KnownServers};
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
    /// The nonce for the client's next DPoP proof, if the one that it used will end soon.
    pub next_nonce: Option<String>,
}

/// The token endpoint's rules and what they need.
pub struct TokenEndpoint {
    /// Who issues.
    pub issuer: Issuer,
    /// What tokens are for.
    pub catalog: Arc<Catalog>,
    /// Who asks.
    pub authentication: Arc<ClientAuthentication>,
    /// Whose key a token is bound to.
    pub dpop: Arc<DpopProofs>,
    /// Where a use is written down.
    pub clients: Arc<dyn ClientStore>,
    /// Which tokens may be exchanged.
    pub tokens: Arc<LiveTokens>,
    /// Who may have how many tokens.
    pub quotas: TokenQuotas,
    /// What signs.
    pub keys: Arc<KeyRing>,
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
        presentation: &Presentation<'_>,
        request: &TokenRequest,
    ) -> Result<Issued, Refused<TokenError>> {
        let now = self.clock.now();
        let grant_type = parse_grant_type(request).map_err(Refused::nobody)?;
        let authenticated = self
            .authentication
            .authenticate(presentation, request, now)
            .await
            .map_err(Refused::into_error_of)?;
        let issued = self
            .issue(&authenticated, grant_type, presentation, request)
            .await;
        issued.map_err(|error| Refused {
            client_id: Some(authenticated.client().id.clone()),
            error,
        })
    }

    /// What an authenticated client gets.
    async fn issue(
        &self,
        authenticated: &AuthenticatedClient,
        grant_type: GrantType,
        presentation: &Presentation<'_>,
        request: &TokenRequest,
    ) -> Result<Issued, TokenError> {
        let now = self.clock.now();
        let active = authenticated.active();
        let binding = self.bind(authenticated, presentation, now).await?;
        let proved = binding.confirmation.as_ref();
        let known = self.catalog.current().await?;
        let decision = self
            .decide(&known, active, (grant_type, request), proved, now)
            .await?;
        self.quotas.take(active, now).await?;
        let keys = self.keys.current().await?;
        let grant = Grant {
            issuer: &self.issuer,
            audience: known.audience_of(&decision.server),
            decision: &decision,
            confirmation: binding.confirmation,
            jti: self.random.bytes(),
            issued_at: now,
        };
        let (access_token, claims) = token::issue(authenticated, grant, &keys)?;
        if access_token.len() > MAX_PARAMETER_LENGTH {
            return Err(TokenError::TooLong);
        }
        self.record_use(authenticated, now).await;
        let next_nonce = binding.next_nonce;
        Ok(issued(access_token, claims, &decision, next_nonce))
    }

    async fn decide(
        &self,
        known: &KnownServers,
        active: &ActiveClient,
        (grant_type, request): (GrantType, &TokenRequest),
        proved: Option<&Confirmation>,
        now: Timestamp,
    ) -> Result<Decision, TokenError> {
        match grant_type {
            GrantType::ClientCredentials => decide(known, active, grant_type, request),
            GrantType::TokenExchange => {
                require_grant(&active.client, grant_type)?;
                let token = exchange::find_subject(&self.tokens, known, active, request).await?;
                let subject = exchange::Subject {
                    token: &token,
                    proved,
                };
                exchange::decide(known, active, &subject, request, now)
            }
        }
    }

    /// Notes the use of a secret, once an hour. A token is not refused because the note failed: a request
    /// in a minute or more tries again.
    async fn record_use(&self, authenticated: &AuthenticatedClient, now: Timestamp) {
        let client = authenticated.client();
        let Proof::Secret(secret) = authenticated.proof() else {
            return;
        };
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

fn issued(
    access_token: String,
    claims: AccessTokenClaims,
    decision: &Decision,
    next_nonce: Option<String>,
) -> Issued {
    let is_exchanged = decision.descent.is_some();
    let answer = TokenResponse {
        access_token,
        token_type: claims.token_type(),
        expires_in: decision.lifetime_seconds,
        scope: claims.scope,
        authorization_details: claims.authorization_details,
        issued_token_type: is_exchanged.then_some(IssuedTokenType::AccessToken),
    };
    Issued {
        client_id: claims.client_id,
        jti: claims.jti,
        next_nonce,
        answer,
    }
}

fn parse_grant_type(request: &TokenRequest) -> Result<GrantType, TokenError> {
    let unverified = request
        .unverified_grant_type
        .as_deref()
        .ok_or(TokenError::GrantTypeMissing)?;
    GrantType::parse(unverified).ok_or(TokenError::GrantTypeUnknown)
}
