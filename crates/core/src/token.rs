//! Issuing access tokens, RFC 9068 §2.

use jiff::Timestamp;
use m2m_types::audience::Audience;
use m2m_types::claims::AccessTokenClaims;
use m2m_types::confirmation::Confirmation;
use m2m_types::generation::Generation;
use m2m_types::issuer::Issuer;

use crate::active_client::ActiveClient;
use crate::client_auth::AuthenticatedClient;
use crate::grant::{Decision, Descent};
use crate::keys::{InvalidKey, KeySet, SigningKey};

/// What was decided about a token.
#[derive(Debug)]
pub(crate) struct Grant<'a> {
    /// Who issues it.
    pub(crate) issuer: &'a Issuer,
    /// What it is for.
    pub(crate) audience: &'a Audience,
    /// What it allows, and for how long.
    pub(crate) decision: &'a Decision,
    /// Whose key or certificate has to be shown with it.
    pub(crate) confirmation: Option<Confirmation>,
    /// 128 random bits.
    pub(crate) jti: [u8; 16],
    /// The present moment.
    pub(crate) issued_at: Timestamp,
}

/// Signs a token for an authenticated client. It carries the generations as they were read, so a token
/// that leaves after a stop is already dead.
///
/// # Errors
/// The key refused to sign.
pub(crate) fn issue(
    authenticated: &AuthenticatedClient,
    grant: Grant<'_>,
    keys: &KeySet,
) -> Result<(String, AccessTokenClaims), InvalidKey> {
    let key = key_for(grant.decision, keys);
    let claims = claims_of(authenticated.active(), grant, keys.generation());
    Ok((key.sign(&claims)?, claims))
}

/// The key that signs what was decided.
pub(crate) fn key_for<'a>(decision: &Decision, keys: &'a KeySet) -> &'a SigningKey {
    let wanted = decision.algorithm;
    wanted.map_or_else(|| keys.active(), |algorithm| keys.active_for(algorithm))
}

/// What a token of an active client says.
pub(crate) fn claims_of(
    active: &ActiveClient,
    grant: Grant<'_>,
    deployment: Generation,
) -> AccessTokenClaims {
    let (client, decision) = (&active.client, grant.decision);
    let descent = decision.descent.clone();
    let descent = descent.unwrap_or_else(|| Descent {
        sub: active.owner.id.clone(),
        act: None,
        ancestors: vec![],
        custom: client.custom_claims.clone(),
    });
    let issued_at = grant.issued_at.as_second();
    AccessTokenClaims {
        iss: grant.issuer.as_str().to_owned(),
        sub: descent.sub,
        aud: grant.audience.clone(),
        exp: issued_at + i64::from(decision.lifetime_seconds),
        iat: issued_at,
        nbf: None,
        jti: format!("{:032x}", u128::from_be_bytes(grant.jti)),
        client_id: client.id.clone(),
        scope: decision.scopes.clone(),
        org: client.organization.clone(),
        generations: active.generations(deployment),
        cnf: grant.confirmation,
        act: descent.act,
        ancestors: descent.ancestors,
        authorization_details: decision.details.clone(),
        custom: descent.custom,
    }
}
