//! API access tokens and the entries of their owners' lists.

use std::collections::BTreeSet;

use jiff::Timestamp;
use m2m_core::api_tokens::ApiToken;
use m2m_core::ports::StoreError;
use m2m_core::revision::Revision;
use m2m_core::secret::SecretDigest;
use m2m_types::audience::Audience;
use m2m_types::client_id::ClientId;
use m2m_types::data_grant::DataGrant;
use m2m_types::generation::{Generation, Generations};
use m2m_types::handle::Handle;
use m2m_types::names::{ApiTokenId, ApiTokenName, OrganizationId, OwnerId};
use m2m_types::referer::Referer;
use m2m_types::scope::ScopeSet;
use serde::{Deserialize, Serialize};

use super::version::SchemaVersion;
use super::{Item, Key};
use crate::failure::failed;

const WHAT: &str = "an API access token";
/// The attribute of an owner's list that counts its inserts.
pub(in crate::dynamodb) const INSERTS: &str = "inserts";

#[derive(Serialize, Deserialize)]
struct ApiTokenItem {
    schema_version: SchemaVersion,
    revision: u64,
    api_token_id: ApiTokenId,
    #[serde(with = "serde_bytes")]
    sha256: [u8; 32],
    hint: String,
    name: ApiTokenName,
    owner: OwnerId,
    organization: OrganizationId,
    client_id: Option<ClientId>,
    client_generation: Generation,
    owner_generation: Generation,
    organization_generation: Generation,
    deployment_generation: Generation,
    owner_handle: Handle,
    organization_handle: Handle,
    allowed_apis: Vec<Audience>,
    scopes: ScopeSet,
    grants: BTreeSet<DataGrant>,
    referers: BTreeSet<Referer>,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// Seconds; the TTL attribute too.
    expires_at: Option<i64>,
}

/// Where the token of an entry lies.
#[derive(Serialize, Deserialize)]
struct EntryItem {
    schema_version: SchemaVersion,
    #[serde(with = "serde_bytes")]
    sha256: [u8; 32],
    /// Seconds; the TTL attribute too.
    expires_at: Option<i64>,
}

pub(in crate::dynamodb) fn to_item(token: &ApiToken) -> Result<Item, StoreError> {
    let item = ApiTokenItem {
        schema_version: SchemaVersion,
        revision: token.revision.0,
        api_token_id: token.id.clone(),
        sha256: *token.digest.as_bytes(),
        hint: token.hint.clone(),
        name: token.name.clone(),
        owner: token.owner.clone(),
        organization: token.organization.clone(),
        client_id: token.client.clone(),
        client_generation: token.generations.client,
        owner_generation: token.generations.owner,
        organization_generation: token.generations.organization,
        deployment_generation: token.generations.deployment,
        owner_handle: token.generations.owner_handle,
        organization_handle: token.generations.organization_handle,
        allowed_apis: token.allowed_apis.clone(),
        scopes: token.scopes.clone(),
        grants: token.grants.clone(),
        referers: token.referers.clone(),
        created_at: token.created_at,
        updated_at: token.updated_at,
        expires_at: token.expires_at.map(|end| end.as_second()),
    };
    super::write(WHAT, Key::api_token(&token.digest), item)
}

/// None if its time is over, whether or not it was removed.
pub(in crate::dynamodb) fn from_item(
    item: Item,
    now: Timestamp,
) -> Result<Option<ApiToken>, StoreError> {
    let item: ApiTokenItem = super::read(WHAT, item)?;
    let expires_at = item.expires_at.map(Timestamp::from_second).transpose();
    let expires_at = expires_at.map_err(|error| failed(&format!("understand {WHAT}"), &error))?;
    let token = ApiToken {
        id: item.api_token_id,
        digest: SecretDigest::from_bytes(item.sha256),
        hint: item.hint,
        name: item.name,
        owner: item.owner,
        organization: item.organization,
        client: item.client_id,
        generations: Generations {
            client: item.client_generation,
            owner: item.owner_generation,
            organization: item.organization_generation,
            deployment: item.deployment_generation,
            owner_handle: item.owner_handle,
            organization_handle: item.organization_handle,
        },
        allowed_apis: item.allowed_apis,
        scopes: item.scopes,
        grants: item.grants,
        referers: item.referers,
        created_at: item.created_at,
        updated_at: item.updated_at,
        expires_at,
        revision: Revision(item.revision),
    };
    Ok(token.is_in_time(now).then_some(token))
}

pub(in crate::dynamodb) fn to_entry(token: &ApiToken) -> Result<Item, StoreError> {
    let item = EntryItem {
        schema_version: SchemaVersion,
        sha256: *token.digest.as_bytes(),
        expires_at: token.expires_at.map(|end| end.as_second()),
    };
    super::write(WHAT, Key::api_token_entry(&token.owner, &token.id), item)
}

/// The digest of the token that an entry names.
pub(in crate::dynamodb) fn digest_of(entry: Item) -> Result<SecretDigest, StoreError> {
    let entry: EntryItem = super::read(WHAT, entry)?;
    Ok(SecretDigest::from_bytes(entry.sha256))
}
