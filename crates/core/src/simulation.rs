//! What a client would get, for those who see it: decided as for a request, without signing, writing or counting.

use std::net::IpAddr;
use std::sync::Arc;

use m2m_types::admin::simulation::{
    Simulate, Simulated, SimulatedQuota, SimulatedRefusal, SimulatedToken,
};
use m2m_types::issuer::Issuer;
use m2m_types::problem::FieldError;
use m2m_types::token_request::TokenRequest;
use serde_json::{Map, Value};

use crate::active_client::{ActiveClient, NotActive};
use crate::caller::Caller;
use crate::client::{Client, GrantType};
use crate::client_auth::{AuthenticationFailure, ClientAuthError};
use crate::clients::{Clients, ClientsError};
use crate::clock::Clock;
use crate::error_chain::chain;
use crate::grant::{TokenError, decide, exchange};
use crate::keys::KeyRing;
use crate::live_token::LiveTokens;
use crate::ports::{Directory, Lookup};
use crate::protocol_error::ProtocolError;
use crate::quotas::{QuotaState, TokenQuotas, Whose};
use crate::resource_servers::Catalog;
use crate::token::{Grant, claims_of, key_for};

/// The claims that differ from one token to the next.
const FRESH_CLAIMS: [&str; 3] = ["exp", "iat", "jti"];

/// The rules and what they need.
pub struct Simulation {
    /// Who issues.
    pub issuer: Issuer,
    /// Who sees which client.
    pub clients: Clients,
    /// Who stands behind it.
    pub directory: Arc<dyn Directory>,
    /// What tokens are for.
    pub catalog: Arc<Catalog>,
    /// Which tokens may be exchanged.
    pub tokens: Arc<LiveTokens>,
    /// How many there may be.
    pub quotas: TokenQuotas,
    /// What would sign.
    pub keys: Arc<KeyRing>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Simulation {
    /// Tries a request of one of the caller's clients.
    ///
    /// # Errors
    /// The caller sees no such client, the request cannot be tried, or a store failed.
    pub async fn try_out(
        &self,
        caller: &Caller,
        wanted: &Simulate,
    ) -> Result<Simulated, ClientsError> {
        let client = self.clients.get(caller, &wanted.client_id).await?;
        let (grant_type, request) = request_of(wanted)?;
        let now = self.clock.now();
        let active = match self.active(client, wanted.source_ip).await {
            Ok(active) => active,
            Err(error) => return refused(error, vec![]),
        };
        let quotas = self.quotas.look(&active, now).await?;
        let known = self.catalog.current().await?;
        let decided = match grant_type {
            GrantType::ClientCredentials => {
                decide(&known, &active, grant_type, &request).map(|decision| (decision, None))
            }
            GrantType::TokenExchange => {
                exchange::try_out(&self.tokens, &known, &active, &request, now).await
            }
        };
        let (decision, bound_to) = match decided {
            Ok(decided) => decided,
            Err(error) => return refused(error, quotas),
        };
        if let Some(error) = quotas.iter().find_map(|quota| quota.refusal(now)) {
            return refused(error.into(), quotas);
        }
        let grant = Grant {
            issuer: &self.issuer,
            audience: known.audience_of(&decision.server),
            decision: &decision,
            confirmation: bound_to,
            jti: [0; 16],
            issued_at: now,
        };
        let granted = self.token(&active, grant).await?;
        Ok(Simulated {
            granted: Some(granted),
            refused: None,
            quotas: quotas.into_iter().map(quota_of).collect(),
        })
    }

    /// The client as it would be after authentication.
    async fn active(
        &self,
        client: Client,
        source: Option<IpAddr>,
    ) -> Result<ActiveClient, TokenError> {
        let id = client.id.clone();
        let refused = |failure| TokenError::Client(ClientAuthError::NotAuthenticated(failure));
        if source.is_some_and(|source| !client.may_ask_from(source)) {
            return Err(refused(AuthenticationFailure::WrongNetwork(id)));
        }
        let found = Lookup {
            client: Some(client),
            principals: None,
        };
        let active = ActiveClient::of(&*self.directory, found).await;
        active.map_err(|reason| match reason {
            NotActive::Store(error) => TokenError::Store(error),
            reason => refused(AuthenticationFailure::NotActive(id, reason)),
        })
    }

    async fn token(
        &self,
        active: &ActiveClient,
        grant: Grant<'_>,
    ) -> Result<SimulatedToken, ClientsError> {
        let keys = self.keys.current().await?;
        let (audience, decision) = (grant.audience, grant.decision);
        let of_a_key = grant.confirmation.as_ref();
        let of_a_key = of_a_key.is_some_and(|bound| bound.jkt.is_some());
        let claims = serde_json::to_value(claims_of(active, grant, keys.generation()));
        let mut claims = match claims {
            Ok(Value::Object(claims)) => claims,
            _ => Map::new(),
        };
        claims.retain(|name, _| !FRESH_CLAIMS.contains(&name.as_str()));
        Ok(SimulatedToken {
            token_type: if active.client.dpop_bound || of_a_key {
                "DPoP"
            } else {
                "Bearer"
            },
            audience: audience.clone(),
            scope: decision.scopes.to_string(),
            expires_in: decision.lifetime_seconds,
            alg: format!("{:?}", key_for(decision, &keys).algorithm()),
            claims,
        })
    }
}

fn request_of(wanted: &Simulate) -> Result<(GrantType, TokenRequest), ClientsError> {
    let grant_type = grant_type_of(wanted)?;
    let details = wanted.authorization_details.as_ref();
    let subject_token = wanted.subject_token.clone();
    let subject_token_type = wanted.subject_token_type.as_deref();
    let subject_token_type = subject_token_type.unwrap_or(exchange::ACCESS_TOKEN);
    let request = TokenRequest {
        unverified_scope: wanted.scope.clone().filter(|scope| !scope.is_empty()),
        unverified_resources: wanted.resource.iter().cloned().collect(),
        unverified_audiences: wanted.audience.iter().cloned().collect(),
        unverified_authorization_details: details.map(Value::to_string),
        unverified_subject_token_type: Some(subject_token_type.to_owned()),
        unverified_subject_token: subject_token,
        ..TokenRequest::default()
    };
    Ok((grant_type, request))
}

/// The grant, and whether it has its token.
fn grant_type_of(wanted: &Simulate) -> Result<GrantType, ClientsError> {
    let credentials = GrantType::ClientCredentials;
    let unverified = wanted.grant_type.as_deref();
    let grant_type = unverified.map_or(Some(credentials), GrantType::parse);
    let has_token = wanted.subject_token.is_some() || wanted.subject_token_type.is_some();
    let wrong = match grant_type {
        None => FieldError::new(
            "/grant_type",
            format!(
                "must be {} or {}",
                credentials.as_str(),
                GrantType::TokenExchange.as_str()
            ),
        ),
        Some(GrantType::TokenExchange) if wanted.subject_token.is_none() => FieldError::new(
            "/subject_token",
            "what a token exchange gives depends on the token: send it",
        ),
        Some(GrantType::ClientCredentials) if has_token => {
            FieldError::new("/subject_token", "only a token exchange has one")
        }
        Some(grant_type) => return Ok(grant_type),
    };
    Err(ClientsError::Invalid(vec![wrong]))
}

/// A store that fails is no answer of the simulation's.
fn refused(error: TokenError, quotas: Vec<QuotaState>) -> Result<Simulated, ClientsError> {
    if let TokenError::Store(error) = error {
        return Err(ClientsError::Store(error));
    }
    Ok(Simulated {
        granted: None,
        refused: Some(SimulatedRefusal {
            error: error.public().0.as_str(),
            reason: chain(&error),
        }),
        quotas: quotas.into_iter().map(quota_of).collect(),
    })
}

fn quota_of(state: QuotaState) -> SimulatedQuota {
    SimulatedQuota {
        of: match state.whose {
            Whose::Client => "client",
            Whose::Organization => "organization",
        },
        quota: state.quota,
        used: state.used,
        ends_at: state.ends,
    }
}
