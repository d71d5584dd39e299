//! API access tokens, as the management API takes and shows them.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::admin::patch::Patch;
use crate::api_token::ApiTokenValue;
use crate::audience::Audience;
use crate::client_id::ClientId;
use crate::data_grant::DataGrant;
use crate::names::{ApiTokenId, ApiTokenName, OrganizationId, OwnerId};
use crate::referer::Referer;
use crate::scope::ScopeSet;

/// `POST /v1/api-tokens`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateApiToken {
    /// What people call it; absent: `api-token-` and its hint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<ApiTokenName>,
    /// The identifiers of the resource servers that it is for, 1 to 20, each once.
    pub allowed_apis: Vec<Audience>,
    /// What it may do there; absent: all that its maker could get for these APIs at this moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<ScopeSet>,
    /// The data that it opens, at most 100 in 16,384 bytes of JSON; none: no data.
    #[serde(default)]
    pub grants: BTreeSet<DataGrant>,
    /// The web origins that it may be used from, at most 50; none: from everywhere.
    #[serde(default)]
    pub referers: BTreeSet<Referer>,
    /// When it ends, in whole seconds; absent: when it is deleted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

/// `PATCH /v1/api-tokens/{id}` (RFC 7396): what is left out stays, null goes back to its default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PatchApiToken {
    /// What people call it; cannot be null.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub name: Patch<ApiTokenName>,
    /// The resource servers that it is for; cannot be null.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub allowed_apis: Patch<Vec<Audience>>,
    /// What it may do there; null: all that the caller could get for these APIs at this moment.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub scopes: Patch<ScopeSet>,
    /// The data that it opens.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub grants: Patch<BTreeSet<DataGrant>>,
    /// The web origins that it may be used from.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub referers: Patch<BTreeSet<Referer>>,
    /// When it ends.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub expires_at: Patch<Timestamp>,
}

/// An API access token, as every call shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiTokenView {
    /// Names it in paths.
    pub api_token_id: ApiTokenId,
    /// What people call it.
    pub name: ApiTokenName,
    /// On whose behalf it acts.
    pub owner: OwnerId,
    /// The owner's tenant.
    pub organization: OrganizationId,
    /// The client that made it and that it dies with; null: none.
    pub client_id: Option<ClientId>,
    /// The last characters of its value before the checksum.
    pub hint: String,
    /// Whether it can be used.
    pub status: ApiTokenStatus,
    /// The resource servers that it is for.
    pub allowed_apis: Vec<Audience>,
    /// The most that it may do there: less if its owner or its client may do less.
    pub scopes: ScopeSet,
    /// The data that it opens.
    pub grants: BTreeSet<DataGrant>,
    /// The web origins that it may be used from; empty: everywhere.
    pub referers: BTreeSet<Referer>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it ends; null: when it is deleted.
    pub expires_at: Option<Timestamp>,
}

/// Whether an API access token can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ApiTokenStatus {
    /// It can.
    Active,
    /// Its client, owner, organization or deployment was stopped after it was made, which it never outlives.
    Stopped,
}

/// The answer to a create: the value is shown this once.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CreatedApiToken {
    /// The token.
    #[serde(flatten)]
    pub token: ApiTokenView,
    /// Its value.
    pub api_token: ApiTokenValue,
}
