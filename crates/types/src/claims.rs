//! The claims of an access token, RFC 9068 §2.2.

use serde::{Deserialize, Serialize};

use crate::audience::Audience;
use crate::client_id::ClientId;
use crate::generation::Generations;
use crate::names::{OrganizationId, OwnerId};
use crate::scope::ScopeSet;
use crate::token_response::{as_text, from_text};

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
}
