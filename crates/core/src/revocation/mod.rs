//! `POST /oauth/revoke`, RFC 7009: a client ends one of its own tokens, at once.

mod api_token;
mod collapse;
mod error;
mod snapshot;

use std::sync::Arc;

use m2m_types::api_token::ApiTokenValue;
use m2m_types::client_id::ClientId;
use m2m_types::token_request::TokenRequest;

use crate::api_tokens::LiveApiTokens;
use crate::client::Client;
use crate::client_auth::{ClientAuthentication, Presentation};
use crate::clock::Clock;
use crate::live_token::{LiveTokens, NotLive, VerifiedToken};
use crate::ports::{ClientStore, Denial, DenyOutcome, Revocations, TokenName};
use crate::protocol_error::Refused;

pub use error::{NothingRevoked, RevocationError};
pub use snapshot::{SnapshotError, Snapshots};

/// What became of a revocation. The client is told nothing of it (RFC 7009 §2.2).
#[derive(Debug)]
pub struct RevocationAnswer {
    /// Which client asked.
    pub client_id: ClientId,
    /// The name of the token that is dead now, or why there is none.
    pub revoked: Result<String, NothingRevoked>,
}

/// The revocation endpoint's rules and what they need.
pub struct Revocation {
    /// Who asks.
    pub authentication: Arc<ClientAuthentication>,
    /// Which tokens are ours.
    pub tokens: Arc<LiveTokens>,
    /// Which API access tokens there are.
    pub api_tokens: LiveApiTokens,
    /// Where a denial is written down.
    pub revocations: Arc<dyn Revocations>,
    /// Where the stop of a client is.
    pub clients: Arc<dyn ClientStore>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Revocation {
    /// Answers a revocation request. A token that is not the client's own, or none, is no error, so the answer
    /// tells nothing of others' tokens. `token_type_hint` is ignored: a token itself tells of which type it is.
    ///
    /// # Errors
    /// The client is not known, there is no token, or a store gave no answer: then the token may live.
    pub async fn revoke(
        &self,
        presentation: &Presentation<'_>,
        request: &TokenRequest,
    ) -> Result<RevocationAnswer, Refused<RevocationError>> {
        let now = self.clock.now();
        let authentication = &self.authentication;
        let authenticated = authentication
            .authenticate(presentation, request, now)
            .await
            .map_err(Refused::into_error_of)?;
        let client = authenticated.client();
        let unverified_token = request.unverified_token.as_ref();
        let revoked = match unverified_token {
            None => Err(RevocationError::TokenMissing),
            Some(unverified) => self.deny(client, unverified.expose()).await,
        };
        match revoked {
            Ok(revoked) => Ok(RevocationAnswer {
                client_id: client.id.clone(),
                revoked,
            }),
            Err(error) => Err(Refused {
                client_id: Some(client.id.clone()),
                error,
            }),
        }
    }

    async fn deny(
        &self,
        client: &Client,
        unverified_token: &str,
    ) -> Result<Result<String, NothingRevoked>, RevocationError> {
        if ApiTokenValue::is_meant(unverified_token) {
            return self.end_api_token(client, unverified_token).await;
        }
        let verified = match self.tokens.verify(unverified_token).await {
            Ok(verified) => verified,
            Err(NotLive::Store(error)) => return Err(error.into()),
            Err(reason) => return Ok(Err(reason.into())),
        };
        let claims = verified.claims();
        if claims.client_id != client.id {
            let other = claims.client_id.clone();
            return Ok(Err(NothingRevoked::NotOfCaller(other)));
        }
        let jti = claims.jti.clone();
        let denial = denial(&verified)?;
        // A transaction would hold up others' stops, whatever came of it.
        let names = std::slice::from_ref(&denial.token);
        if self.revocations.any_denied(names, &[]).await? {
            return Ok(Ok(jti));
        }
        if self.revocations.deny(&denial).await? == DenyOutcome::Denied {
            self.collapse_if_many(client).await;
        }
        Ok(Ok(jti))
    }
}

/// Named by what the token says, which our signature vouches for: never by the text, which can be written in
/// more than one way.
fn denial(verified: &VerifiedToken) -> Result<Denial, RevocationError> {
    let claims = verified.claims();
    let expires_at = jiff::Timestamp::from_second(claims.exp);
    Ok(Denial {
        token: TokenName {
            client_id: claims.client_id.clone(),
            jti: claims.jti.clone(),
        },
        generation: claims.generations.client,
        expires_at: expires_at.map_err(|_| RevocationError::Time)?,
    })
}
