//! The claims of an access token, RFC 9068 §2.2.

use serde::{Deserialize, Serialize};

use crate::audience::Audience;
use crate::authorization_details::AuthorizationDetails;
use crate::client_id::ClientId;
use crate::confirmation::Confirmation;
use crate::custom_claims::CustomClaims;
use crate::generation::Generations;
use crate::names::{OrganizationId, OwnerId};
use crate::scope::ScopeSet;
use crate::token_response::{TokenType, as_text, from_text};

/// The `typ` header of an access token, RFC 9068 §2.1.
pub const ACCESS_TOKEN_TYP: &str = "at+jwt";

/// What an access token says. Times are whole seconds since the epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessTokenClaims {
    /// Who issued it.
    pub iss: String,
    /// On whose behalf the client acts: its owner.
    pub sub: OwnerId,
    /// What it is for.
    pub aud: Audience,
    /// When it ends.
    pub exp: i64,
    /// When it was issued.
    pub iat: i64,
    /// When it begins; this service writes none.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub nbf: Option<i64>,
    /// Its name: 128 random bits in 32 hexadecimal digits.
    pub jti: String,
    /// The client that got it.
    pub client_id: ClientId,
    /// What it allows, RFC 9068 §2.2.3.
    #[serde(serialize_with = "as_text", deserialize_with = "from_text")]
    pub scope: ScopeSet,
    /// The tenant of client and owner (ours).
    pub org: OrganizationId,
    /// The generations it was issued under (ours).
    #[serde(rename = "gen")]
    pub generations: Generations,
    /// Whose key or certificate has to be shown with it, RFC 7800.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cnf: Option<Confirmation>,
    /// Who exchanged another's token for it, RFC 8693 §4.1.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub act: Option<Actor>,
    /// The tokens it was exchanged from, its parent first; it dies with each of them (ours).
    #[serde(rename = "anc", skip_serializing_if = "Vec::is_empty", default)]
    pub ancestors: Vec<Ancestor>,
    /// What it allows in the words of its audience, RFC 9396 §9.1.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub authorization_details: Option<AuthorizationDetails>,
    /// What the client's owner adds.
    #[serde(flatten, deserialize_with = "CustomClaims::of_token")]
    pub custom: CustomClaims,
}

impl AccessTokenClaims {
    /// How it is used: one that is bound to a DPoP key with a proof (RFC 9449 §7.1).
    pub fn token_type(&self) -> TokenType {
        match &self.cnf {
            Some(Confirmation { jkt: Some(_), .. }) => TokenType::Dpop,
            _ => TokenType::Bearer,
        }
    }
}

/// Who acts, RFC 8693 §4.1; the one before within.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The client that exchanged the token.
    pub sub: ClientId,
    /// Who did so before.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub act: Option<Box<Self>>,
}

/// A token that another was exchanged from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ancestor {
    /// The client that got it.
    pub client_id: ClientId,
    /// Its name.
    pub jti: String,
    /// The generations it was issued under.
    #[serde(rename = "gen")]
    pub generations: Generations,
    /// The key that signed it.
    pub kid: String,
}
