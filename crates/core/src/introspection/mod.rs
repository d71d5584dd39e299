//! `POST /oauth/introspect`, RFC 7662: what a resource server may know of a token, at this moment.
//!
//! The usual caller is a resource server with an M2M client of its own, which is listed in its
//! `introspection_clients`.

mod api_token;
mod asker;
mod error;

use std::sync::Arc;

use m2m_types::api_token::ApiTokenValue;
use m2m_types::claims::AccessTokenClaims;
use m2m_types::client_id::ClientId;
use m2m_types::introspection::{
    ActiveToken, INTROSPECTION_TYP, IntrospectionClaims, IntrospectionResponse,
};
use m2m_types::issuer::Issuer;
use m2m_types::names::ApiTokenId;
use m2m_types::token_request::TokenRequest;

use self::asker::Asker;
pub use self::error::IntrospectionError;
use crate::api_tokens::{DeadApiToken, LiveApiTokens};
use crate::caller::CallerAuthentication;
use crate::client_auth::{ClientAuthentication, Presentation};
use crate::clock::Clock;
use crate::keys::KeyRing;
use crate::live_token::{LiveTokens, NotLive};
use crate::protocol_error::Refused;
use crate::resource_servers::Catalog;

/// What is said of a token, and to whom.
#[derive(Debug)]
pub struct Introspected {
    /// Which client asked.
    pub client_id: ClientId,
    /// What it learns.
    pub answer: IntrospectionResponse,
    /// The name of the token, if the caller may know it.
    pub jti: Option<String>,
    /// Why it learns nothing; for the log only.
    pub reason: Option<NothingToSay>,
}

/// Why a caller learns no more than that a token is inactive. For the log only.
#[derive(Debug, thiserror::Error)]
pub enum NothingToSay {
    /// The token may not be used.
    #[error("the token is not active")]
    NotLive(#[from] NotLive),
    /// The token is not this caller's to know.
    #[error("the token of the client {0} is neither the caller's nor for an API that lists it")]
    NotForCaller(ClientId),
    /// The API access token may not be used.
    #[error(transparent)]
    ApiToken(#[from] DeadApiToken),
    /// The API access token is not this caller's to know.
    #[error("the API access token {0} is neither the caller's nor for an API that lists it")]
    ApiTokenNotForCaller(ApiTokenId),
}

/// The introspection endpoint's rules and what they need.
pub struct Introspection {
    /// Who answers.
    pub issuer: Issuer,
    /// Who asks with credentials.
    pub authentication: Arc<ClientAuthentication>,
    /// Who asks with a token.
    pub callers: CallerAuthentication,
    /// Which tokens live.
    pub tokens: Arc<LiveTokens>,
    /// Which API access tokens live.
    pub api_tokens: LiveApiTokens,
    /// Who may know which.
    pub catalog: Arc<Catalog>,
    /// What signs.
    pub keys: Arc<KeyRing>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Introspection {
    /// Answers an introspection request. Whether a token lives is asked only if the caller may know it, so that
    /// neither the answer nor the time it takes tells others anything.
    ///
    /// # Errors
    /// The caller is not known, or nothing can be said.
    pub async fn introspect(
        &self,
        presentation: &Presentation<'_>,
        request: &TokenRequest,
    ) -> Result<Introspected, Refused<IntrospectionError>> {
        let asker = self.asker(presentation, request).await?;
        let client_id = asker.client_id.clone();
        let refused = |error| Refused {
            client_id: Some(client_id.clone()),
            error,
        };
        let unverified_token = request.unverified_token.as_ref();
        let unverified_token = unverified_token.ok_or(refused(IntrospectionError::TokenMissing))?;
        match self.answer(&asker, unverified_token.expose()).await {
            Err(
                NothingToSay::NotLive(NotLive::Store(error))
                | NothingToSay::ApiToken(DeadApiToken::Store(error)),
            ) => Err(refused(error.into())),
            Err(reason) => Ok(Introspected {
                client_id,
                jti: None,
                answer: IntrospectionResponse::INACTIVE,
                reason: Some(reason),
            }),
            Ok((jti, answer)) => Ok(Introspected {
                client_id,
                jti: Some(jti),
                answer,
                reason: None,
            }),
        }
    }

    /// The name of the token and what is said of it.
    async fn answer(
        &self,
        asker: &Asker,
        unverified_token: &str,
    ) -> Result<(String, IntrospectionResponse), NothingToSay> {
        if ApiTokenValue::is_meant(unverified_token) {
            let token = self.look_up_api_token(asker, unverified_token).await?;
            let jti = token.jti.to_string();
            return Ok((jti, IntrospectionResponse::active_api_token(token)));
        }
        let token = ActiveToken::from(self.look_up(asker, unverified_token).await?);
        Ok((token.jti.clone(), IntrospectionResponse::active(token)))
    }

    async fn look_up(
        &self,
        asker: &Asker,
        unverified_token: &str,
    ) -> Result<AccessTokenClaims, NothingToSay> {
        let verified = self.tokens.verify(unverified_token).await?;
        let claims = verified.claims();
        let known = self.catalog.current().await.map_err(NotLive::Store)?;
        let is_listed = known.lists(&claims.aud, &asker.client_id);
        if !asker.may_know(claims, is_listed) {
            return Err(NothingToSay::NotForCaller(claims.client_id.clone()));
        }
        let live = self.tokens.check(verified).await?;
        Ok(live.into_holder().0)
    }

    /// The answer as a JWT for the caller alone, RFC 9701 §5. It says what the JSON would say, no more.
    ///
    /// # Errors
    /// There is no key that signs.
    pub async fn signed(&self, introspected: &Introspected) -> Result<String, IntrospectionError> {
        let keys = self.keys.current().await?;
        let claims = IntrospectionClaims {
            iss: self.issuer.clone(),
            aud: introspected.client_id.clone(),
            iat: self.clock.now().as_second(),
            token_introspection: introspected.answer.clone(),
        };
        Ok(keys.active().sign_as(INTROSPECTION_TYP, &claims)?)
    }
}
