//! Resource servers, as the management API takes and shows them.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::admin::patch::Patch;
use crate::audience::Audience;
use crate::authorization_details::DetailType;
use crate::client_id::ClientId;
use crate::names::{ResourceServerId, ResourceServerName};
use crate::scope::ScopeSet;
use crate::ttl::AccessTokenTtl;

/// `POST /v1/resource-servers`. The identifier, once taken, never changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateResourceServer {
    /// The `aud` of its tokens.
    pub identifier: Audience,
    /// What people call it.
    pub name: ResourceServerName,
    /// Its scopes, at most 200, each of no other resource server.
    #[serde(default)]
    pub scopes: ScopeSet,
    /// The longest life of its tokens; null: as their clients say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token_ttl_seconds: Option<AccessTokenTtl>,
    /// What signs its tokens: `ES256`, `EdDSA` or `RS256`; null: the deployment's key.
    /// Another than before counts when a key of it was made and published: some 15 minutes later. Until then the
    /// deployment's key signs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub algorithm: Option<String>,
    /// The clients that may introspect its tokens, at most 100.
    #[serde(default)]
    pub introspection_clients: BTreeSet<ClientId>,
    /// The types of authorization details that it knows (RFC 9396 §2), at most 50.
    #[serde(default)]
    pub authorization_details_types: BTreeSet<DetailType>,
}

/// `PUT /v1/resource-servers/{id}`: what is left out goes back to its default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplaceResourceServer {
    /// What people call it.
    pub name: ResourceServerName,
    /// Its scopes, at most 200, each of no other resource server.
    #[serde(default)]
    pub scopes: ScopeSet,
    /// The longest life of its tokens; null: as their clients say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token_ttl_seconds: Option<AccessTokenTtl>,
    /// What signs its tokens: `ES256`, `EdDSA` or `RS256`; null: the deployment's key.
    /// Another than before counts when a key of it was made and published: some 15 minutes later. Until then the
    /// deployment's key signs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub algorithm: Option<String>,
    /// The clients that may introspect its tokens, at most 100.
    #[serde(default)]
    pub introspection_clients: BTreeSet<ClientId>,
    /// The types of authorization details that it knows (RFC 9396 §2), at most 50.
    #[serde(default)]
    pub authorization_details_types: BTreeSet<DetailType>,
}

/// `PATCH /v1/resource-servers/{id}` (RFC 7396): what is left out stays, null goes back to its default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PatchResourceServer {
    /// What people call it; cannot be null.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub name: Patch<ResourceServerName>,
    /// Its scopes.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub scopes: Patch<ScopeSet>,
    /// The longest life of its tokens.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub access_token_ttl_seconds: Patch<AccessTokenTtl>,
    /// What signs its tokens.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub algorithm: Patch<String>,
    /// The clients that may introspect its tokens.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub introspection_clients: Patch<BTreeSet<ClientId>>,
    /// The types of authorization details that it knows.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub authorization_details_types: Patch<BTreeSet<DetailType>>,
}

/// A resource server, as every call shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceServerView {
    /// Names it in paths.
    pub resource_server_id: ResourceServerId,
    /// The `aud` of its tokens.
    pub identifier: Audience,
    /// What people call it.
    pub name: ResourceServerName,
    /// Its scopes.
    pub scopes: ScopeSet,
    /// The longest life of its tokens; null: as their clients say.
    pub access_token_ttl_seconds: Option<AccessTokenTtl>,
    /// What signs its tokens; null: the deployment's key.
    pub algorithm: Option<String>,
    /// The clients that may introspect its tokens.
    pub introspection_clients: BTreeSet<ClientId>,
    /// The types of authorization details that it knows.
    pub authorization_details_types: BTreeSet<DetailType>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}
