//! The answer of `POST /oauth/introspect`, RFC 7662 §2.2 and RFC 9701 §5.

use serde::{Deserialize, Serialize};

use crate::audience::Audience;
use crate::authorization_details::AuthorizationDetails;
use crate::claims::{AccessTokenClaims, Actor};
use crate::client_id::ClientId;
use crate::confirmation::Confirmation;
use crate::custom_claims::CustomClaims;
use crate::issuer::Issuer;
use crate::names::{OrganizationId, OwnerId};
use crate::scope::ScopeSet;
use crate::token_response::{TokenType, as_text, from_text};

/// The media type of the signed answer, RFC 9701 §4.
pub const INTROSPECTION_MEDIA_TYPE: &str = "application/token-introspection+jwt";
/// The `typ` header of the signed answer, RFC 9701 §5.
pub const INTROSPECTION_TYP: &str = "token-introspection+jwt";

/// What a caller learns of a token. Of one that is inactive, or none of its business, exactly
/// `{"active":false}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntrospectionResponse {
    /// Whether the token may be used, and the caller may know.
    active: bool,
    /// What it says.
    #[serde(flatten)]
    token: Option<Box<ActiveToken>>,
}

/// What an active token says. Times are whole seconds since the epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActiveToken {
    /// What it allows.
    #[serde(serialize_with = "as_text", deserialize_with = "from_text")]
    pub scope: ScopeSet,
    /// The client that got it.
    pub client_id: ClientId,
    /// How it is used.
    pub token_type: TokenType,
    /// When it ends.
    pub exp: i64,
    /// When it was issued.
    pub iat: i64,
    /// On whose behalf the client acts.
    pub sub: OwnerId,
    /// What it is for.
    pub aud: Audience,
    /// Who issued it.
    pub iss: String,
    /// Its name.
    pub jti: String,
    /// The tenant of client and owner (ours).
    pub org: OrganizationId,
    /// Whose key or certificate has to be shown with it, RFC 8705 §3.2 and RFC 9449 §6.2.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cnf: Option<Confirmation>,
    /// Who exchanged another's token for it, RFC 8693 §4.1.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub act: Option<Actor>,
    /// What it allows in the words of its audience, RFC 9396 §9.2.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub authorization_details: Option<AuthorizationDetails>,
    /// What the client's owner adds.
    #[serde(flatten, deserialize_with = "CustomClaims::of_token")]
    pub custom: CustomClaims,
}

impl IntrospectionResponse {
    /// All that is said of a token which is not active, or is none of the caller's business.
    pub const INACTIVE: Self = Self {
        active: false,
        token: None,
    };

    /// What an active token says.
    pub fn active(token: ActiveToken) -> Self {
        Self {
            active: true,
            token: Some(Box::new(token)),
        }
    }

    /// Whether the token may be used, and the caller may know.
    pub fn is_active(&self) -> bool {
        self.active
    }
}

impl From<AccessTokenClaims> for ActiveToken {
    fn from(claims: AccessTokenClaims) -> Self {
        Self {
            token_type: claims.token_type(),
            scope: claims.scope,
            client_id: claims.client_id,
            exp: claims.exp,
            iat: claims.iat,
            sub: claims.sub,
            aud: claims.aud,
            iss: claims.iss,
            jti: claims.jti,
            org: claims.org,
            cnf: claims.cnf,
            act: claims.act,
            authorization_details: claims.authorization_details,
            custom: claims.custom,
        }
    }
}

/// The claims of the signed answer, RFC 9701 §5.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IntrospectionClaims {
    /// Who answers.
    pub iss: Issuer,
    /// Who asked, and nobody else: a client.
    pub aud: ClientId,
    /// When the answer was given.
    pub iat: i64,
    /// The answer.
    pub token_introspection: IntrospectionResponse,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inactive_says_nothing_else() {
        let json = serde_json::to_string(&IntrospectionResponse::INACTIVE).unwrap();
        assert_eq!(json, r#"{"active":false}"#);
        let read: IntrospectionResponse = serde_json::from_str(&json).unwrap();
        assert_eq!(read, IntrospectionResponse::INACTIVE);
    }
}
