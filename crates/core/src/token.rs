//! Issuing access tokens, RFC 9068 §2.

use jiff::Timestamp;
use m2m_types::audience::Audience;
use m2m_types::claims::AccessTokenClaims;
use m2m_types::issuer::Issuer;
use m2m_types::scope::ScopeSet;
use m2m_types::ttl::AccessTokenTtl;

use crate::client_auth::AuthenticatedClient;
use crate::keys::{InvalidKey, KeySet};

/// What was decided about a token.
#[derive(Debug)]
pub struct Grant<'a> {
    /// Who issues it.
    pub issuer: &'a Issuer,
    /// What it is for.
    pub audience: &'a Audience,
    /// What it allows.
    pub scopes: ScopeSet,
    /// How long it lives.
    pub lifetime: AccessTokenTtl,
    /// 128 random bits.
    pub jti: [u8; 16],
    /// The present moment.
    pub issued_at: Timestamp,
}

/// Signs a token for an authenticated client. It carries the generations as they were read, so a token
/// that leaves after a stop is already dead.
///
/// # Errors
/// The key refused to sign.
pub fn issue(
    authenticated: &AuthenticatedClient,
    grant: Grant<'_>,
    keys: &KeySet,
) -> Result<(String, AccessTokenClaims), InvalidKey> {
    let client = authenticated.client();
    let issued_at = grant.issued_at.as_second();
    let claims = AccessTokenClaims {
        iss: grant.issuer.as_str().to_owned(),
        sub: authenticated.owner().id.clone(),
        aud: grant.audience.clone(),
        exp: issued_at + i64::from(grant.lifetime.seconds()),
        iat: issued_at,
        nbf: None,
        jti: format!("{:032x}", u128::from_be_bytes(grant.jti)),
        client_id: client.id.clone(),
        scope: grant.scopes,
        org: client.organization.clone(),
        generations: authenticated.active().generations(keys.generation()),
        cnf: None,
        act: None,
        ancestors: vec![],
        authorization_details: None,
        custom: client.custom_claims.clone(),
    };
    Ok((keys.active().sign(&claims)?, claims))
}
