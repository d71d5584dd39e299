//! Verifying a token as a resource server does: with nothing but the published keys.

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde_json::Value;

use crate::Outcome;
use crate::server::Server;

/// The claims of a token that verifies.
pub(crate) async fn against_published_keys(server: &Server, token: &str) -> Outcome<Value> {
    let api = server.api()?;
    let metadata = api.authorization_server_metadata().await?;
    let keys: JwkSet = serde_json::from_value(api.jwks().await?)?;
    let kid = decode_header(token)?.kid.ok_or("the token names no key")?;
    let key = keys.find(&kid).ok_or("the token's key is not published")?;
    let mut validation = Validation::new(Algorithm::ES256);
    validation.set_issuer(&[metadata.issuer.as_str()]);
    validation.set_audience(&["urn:m2m-oauth:api"]);
    Ok(decode::<Value>(token, &DecodingKey::from_jwk(key)?, &validation)?.claims)
}
