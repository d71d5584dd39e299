//! A client as the management API shows it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{AudienceGrant, ClientStatus, SecretStorage, Tags};
use crate::admin::credentials::{Credentials, TokenEndpointAuthMethod};
use crate::admin::limits::TokenQuota;
use crate::audience::Audience;
use crate::authorization_details::DetailType;
use crate::cidr::Cidr;
use crate::client_id::ClientId;
use crate::client_secret::ClientSecret;
use crate::custom_claims::CustomClaims;
use crate::names::{ClientName, Description, OrganizationId, OwnerId, SecretId};
use crate::scope::ScopeSet;
use crate::ttl::AccessTokenTtl;

/// A client, as every call shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientView {
    /// Its identifier.
    pub client_id: ClientId,
    /// What people call it.
    pub name: ClientName,
    /// What it is for.
    pub description: Option<Description>,
    /// On whose behalf it acts.
    pub owner: OwnerId,
    /// Its tenant.
    pub organization: OrganizationId,
    /// What it is.
    pub status: ClientStatus,
    /// What it may ask for: null all of its owner's, `[]` nothing.
    pub scopes: Option<ScopeSet>,
    /// What it gets when it asks for nothing; null: all of its scopes.
    pub default_scopes: Option<ScopeSet>,
    /// What its tokens are for when it names none.
    pub default_audience: Audience,
    /// What it may ask for of each audience; null: of every audience all of its scopes.
    #[serde(default)]
    pub grants: Option<Vec<AudienceGrant>>,
    /// Which types its `authorization_details` may have.
    #[serde(default)]
    pub authorization_details_types: BTreeSet<DetailType>,
    /// The grants it may use.
    pub grant_types: Vec<String>,
    /// How it authenticates; `client_secret_basic` includes `client_secret_post`.
    #[serde(flatten)]
    pub credentials: Credentials,
    /// The method before this one, which still works for a while.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retiring_auth_method: Option<RetiringAuthMethod>,
    /// Whether it gets only tokens bound to a DPoP key.
    #[serde(default)]
    pub dpop_bound_access_tokens: bool,
    /// Whether it gets only tokens bound to its certificate.
    #[serde(default)]
    pub tls_client_certificate_bound_access_tokens: bool,
    /// What is added to its tokens.
    #[serde(default)]
    pub custom_claims: CustomClaims,
    /// How many tokens it may get; null: as many as it likes.
    #[serde(default)]
    pub token_quota: Option<TokenQuota>,
    /// The networks that it may ask from; empty: all.
    #[serde(default)]
    pub allowed_cidrs: Vec<Cidr>,
    /// How long its tokens live.
    pub access_token_ttl_seconds: AccessTokenTtl,
    /// Whether a delete is refused.
    pub deletion_protection: bool,
    /// Its labels.
    pub tags: Tags,
    /// Where the value of its next secret is kept.
    pub secret_storage: SecretStorage,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it last got a token, to the hour; null: not yet.
    pub last_used_at: Option<Timestamp>,
    /// Until when a deleted client is kept; null while it lives.
    pub restorable_until: Option<Timestamp>,
}

/// A method of authentication that was replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetiringAuthMethod {
    /// Which.
    pub token_endpoint_auth_method: TokenEndpointAuthMethod,
    /// When it stops working.
    pub until: Timestamp,
}

/// The answer of a create: the client and, this once, its secret, if it authenticates by one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CreatedClient {
    /// The client.
    #[serde(flatten)]
    pub client: ClientView,
    /// Its secret.
    #[serde(flatten)]
    pub secret: Option<CreatedSecret>,
}

/// A secret that was just made.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CreatedSecret {
    /// Its value.
    pub client_secret: ClientSecret,
    /// Its name.
    pub client_secret_id: SecretId,
    /// When it stops working, in seconds since the epoch; 0: never (RFC 7591 §3.2.1).
    pub client_secret_expires_at: i64,
}
