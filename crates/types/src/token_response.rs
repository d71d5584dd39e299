//! The answer of the token endpoint, RFC 6749 §5.1.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::authorization_details::AuthorizationDetails;
use crate::scope::ScopeSet;

/// A granted access token.
#[derive(Clone, Serialize, Deserialize)]
pub struct TokenResponse {
    /// The JWT.
    pub access_token: String,
    /// How the token is used.
    pub token_type: TokenType,
    /// Its life in seconds.
    pub expires_in: u32,
    /// The scopes it carries, always stated.
    #[serde(serialize_with = "as_text", deserialize_with = "from_text")]
    pub scope: ScopeSet,
    /// What it allows in the words of its audience, RFC 9396 §7.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub authorization_details: Option<AuthorizationDetails>,
    /// What a token exchange gave, RFC 8693 §2.2.1.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub issued_token_type: Option<IssuedTokenType>,
}

/// The kinds of tokens that a token exchange gives, RFC 8693 §3.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum IssuedTokenType {
    /// An access token of this service.
    #[serde(rename = "urn:ietf:params:oauth:token-type:access_token")]
    AccessToken,
}

/// The `token_type` of RFC 6749 §7.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TokenType {
    /// RFC 6750.
    Bearer,
    /// RFC 9449 §5.
    #[serde(rename = "DPoP")]
    Dpop,
}

impl TokenType {
    /// The type that a scheme of the `Authorization` header shows; the scheme in any case (RFC 9110 §11.1).
    pub fn of_scheme(scheme: &str) -> Option<Self> {
        match scheme {
            _ if scheme.eq_ignore_ascii_case("bearer") => Some(Self::Bearer),
            _ if scheme.eq_ignore_ascii_case("dpop") => Some(Self::Dpop),
            _ => None,
        }
    }
}

impl fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenResponse")
            .field("expires_in", &self.expires_in)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

pub(crate) fn as_text<S: serde::Serializer>(
    scope: &ScopeSet,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(scope)
}

pub(crate) fn from_text<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<ScopeSet, D::Error> {
    let text = String::deserialize(deserializer)?;
    ScopeSet::parse(&text).map_err(serde::de::Error::custom)
}
