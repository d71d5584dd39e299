//! M2M OAuth clients, as the management API takes and shows them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::admin::patch::Patch;
use crate::admin::unique_map::{unique, unique_patch};
use crate::audience::Audience;
use crate::client_id::ClientId;
use crate::client_secret::ClientSecret;
use crate::names::{ClientName, Description, OrganizationId, OwnerId, SecretId, TagKey, TagValue};
use crate::scope::ScopeSet;
use crate::ttl::AccessTokenTtl;

/// At most 50 labels of a client.
pub type Tags = BTreeMap<TagKey, TagValue>;

/// `POST /v1/clients`: only `name` is needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateClient {
    /// What people call it; need not be unique.
    pub name: ClientName,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Description>,
    /// What it may ask for: null all of its owner's, `[]` nothing.
    #[serde(default)]
    pub scopes: Option<ScopeSet>,
    /// What it gets when it asks for nothing; null: all of its scopes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_scopes: Option<ScopeSet>,
    /// How long its tokens live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token_ttl_seconds: Option<AccessTokenTtl>,
    /// Whether a delete is refused.
    #[serde(default)]
    pub deletion_protection: bool,
    /// Its labels.
    #[serde(
        default,
        skip_serializing_if = "BTreeMap::is_empty",
        deserialize_with = "unique"
    )]
    pub tags: Tags,
    /// Where the next secret's value is kept; absent: as the deployment says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_storage: Option<SecretStorage>,
}

impl CreateClient {
    /// A client with just a name; everything else has its default.
    pub fn named(name: ClientName) -> Self {
        Self {
            name,
            description: None,
            scopes: None,
            default_scopes: None,
            access_token_ttl_seconds: None,
            deletion_protection: false,
            tags: Tags::new(),
            secret_storage: None,
        }
    }
}

/// `PUT /v1/clients/{id}`: what is left out goes back to its default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplaceClient {
    /// What people call it.
    pub name: ClientName,
    /// What it is for.
    #[serde(default)]
    pub description: Option<Description>,
    /// What it may ask for: null all of its owner's, `[]` nothing.
    #[serde(default)]
    pub scopes: Option<ScopeSet>,
    /// What it gets when it asks for nothing; null: all of its scopes.
    #[serde(default)]
    pub default_scopes: Option<ScopeSet>,
    /// How long its tokens live.
    #[serde(default)]
    pub access_token_ttl_seconds: AccessTokenTtl,
    /// Whether a delete is refused.
    #[serde(default)]
    pub deletion_protection: bool,
    /// Its labels.
    #[serde(default, deserialize_with = "unique")]
    pub tags: Tags,
}

/// `PATCH /v1/clients/{id}` (RFC 7396): what is left out stays, null goes back to its default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PatchClient {
    /// What people call it; cannot be null.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub name: Patch<ClientName>,
    /// What it is for.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub description: Patch<Description>,
    /// What it may ask for: null all of its owner's, `[]` nothing.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub scopes: Patch<ScopeSet>,
    /// What it gets when it asks for nothing; null: all of its scopes.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub default_scopes: Patch<ScopeSet>,
    /// How long its tokens live.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub access_token_ttl_seconds: Patch<AccessTokenTtl>,
    /// Whether a delete is refused.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub deletion_protection: Patch<bool>,
    /// Its labels, merged one by one: null removes a label.
    #[serde(
        skip_serializing_if = "Patch::is_absent",
        deserialize_with = "unique_patch"
    )]
    pub tags: Patch<BTreeMap<TagKey, Option<TagValue>>>,
}

/// Where the value of a secret is kept, so that it can be shown again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretStorage {
    /// In AWS Secrets Manager, one secret per client.
    SecretsManager,
    /// Nowhere: it is shown once.
    None,
}

/// What a client can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientStatus {
    /// It gets tokens.
    Active,
    /// It gets none until it is enabled again.
    Disabled,
    /// It is deleted and gets none.
    Deleted,
}

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
    /// What its tokens are for when it names no `resource`.
    pub default_audience: Audience,
    /// The grants it may use.
    pub grant_types: Vec<String>,
    /// How it authenticates; `client_secret_basic` includes `client_secret_post`.
    pub token_endpoint_auth_method: String,
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

/// The answer of a create: the client and, this once, its secret.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CreatedClient {
    /// The client.
    #[serde(flatten)]
    pub client: ClientView,
    /// Its secret.
    pub client_secret: ClientSecret,
    /// The name of the secret.
    pub client_secret_id: SecretId,
    /// When the secret stops working, in seconds since the epoch; 0: never (RFC 7591 §3.2.1).
    pub client_secret_expires_at: i64,
}
