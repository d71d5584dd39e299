//! The answer of `POST /oauth/introspect`, RFC 7662 §2.2 and RFC 9701 §5.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::audience::Audience;
use crate::authorization_details::AuthorizationDetails;
use crate::claims::{AccessTokenClaims, Actor};
use crate::client_id::ClientId;
use crate::confirmation::Confirmation;
use crate::custom_claims::CustomClaims;
use crate::data_grant::DataGrantDetail;
use crate::issuer::Issuer;
use crate::names::{ApiTokenId, OrganizationId, OwnerId};
use crate::referer::Referer;
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
    /// The same of an API access token.
    #[serde(flatten)]
    api_token: Option<Box<ActiveApiToken>>,
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

/// What an active API access token says to one caller. Times are whole seconds since the epoch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActiveApiToken {
    /// What it allows at the APIs of `aud`, at this moment.
    #[serde(serialize_with = "as_text", deserialize_with = "from_text")]
    pub scope: ScopeSet,
    /// The client that made it and that it dies with.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub client_id: Option<ClientId>,
    /// How it is used.
    pub token_type: TokenType,
    /// When it ends; absent: when it is deleted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub exp: Option<i64>,
    /// When it was made.
    pub iat: i64,
    /// On whose behalf it acts.
    pub sub: OwnerId,
    /// What it is for, as far as it concerns the caller; always an array.
    pub aud: BTreeSet<Audience>,
    /// Who issued it.
    pub iss: String,
    /// Its name.
    pub jti: ApiTokenId,
    /// The owner's tenant (ours).
    pub org: OrganizationId,
    /// The data that it opens, RFC 9396 §9.2; empty: none.
    pub authorization_details: Vec<DataGrantDetail>,
    /// The web origins that it may be used from (ours); empty: everywhere.
    pub referers: BTreeSet<Referer>,
}

impl IntrospectionResponse {
    /// All that is said of a token which is not active, or is none of the caller's business.
    pub const INACTIVE: Self = Self {
        active: false,
        token: None,
        api_token: None,
    };

    /// What an active token says.
    pub fn active(token: ActiveToken) -> Self {
        Self {
            active: true,
            token: Some(Box::new(token)),
            api_token: None,
        }
    }

    /// What an active API access token says.
    pub fn active_api_token(token: ActiveApiToken) -> Self {
        Self {
            active: true,
            token: None,
            api_token: Some(Box::new(token)),
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
