//! Verifying a token as a resource server does: with nothing but the published keys.

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use m2m_types::client_id::ClientId;
use serde_json::Value;

use crate::Outcome;
use crate::server::Server;

/// The claims of a token that verifies: its type (RFC 9068 §4), its signature with the algorithm that the key
/// is published for, its issuer, its audience and its life.
pub(crate) async fn against_published_keys(
    server: &Server,
    client_id: &ClientId,
    token: &str,
) -> Outcome<Value> {
    let api = server.api()?;
    let metadata = api.authorization_server_metadata().await?;
    let audience = api.get_client(client_id).await?.body.default_audience;
    let keys: JwkSet = serde_json::from_value(api.jwks().await?)?;
    let header = decode_header(token)?;
    if header.typ.as_deref() != Some("at+jwt") {
        return Err(format!("the token is of type {:?}, not at+jwt", header.typ).into());
    }
    let kid = header.kid.ok_or("the token names no key")?;
    let key = keys.find(&kid).ok_or("the token's key is not published")?;
    let algorithm = key.common.key_algorithm.ok_or("the key has no algorithm")?;
    let mut validation = Validation::new(algorithm.to_string().parse::<Algorithm>()?);
    validation.set_issuer(&[metadata.issuer.as_str()]);
    validation.set_audience(&[audience.as_str()]);
    validation.set_required_spec_claims(&["exp", "iss", "aud"]);
    Ok(decode::<Value>(token, &DecodingKey::from_jwk(key)?, &validation)?.claims)
}
