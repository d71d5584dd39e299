//! Resource servers and the revision of their catalog.

use std::collections::BTreeSet;

use jiff::Timestamp;
use m2m_core::keys::SigningAlgorithm;
use m2m_core::ports::StoreError;
use m2m_core::resource_servers::ResourceServerRecord;
use m2m_core::revision::Revision;
use m2m_types::audience::Audience;
use m2m_types::authorization_details::DetailType;
use m2m_types::client_id::ClientId;
use m2m_types::names::{ResourceServerId, ResourceServerName};
use m2m_types::scope::ScopeSet;
use m2m_types::ttl::AccessTokenTtl;
use serde::{Deserialize, Serialize};

use super::version::SchemaVersion;
use super::{Item, Key};

#[derive(Serialize, Deserialize)]
struct CatalogItem {
    schema_version: SchemaVersion,
    revision: u64,
}

#[derive(Serialize, Deserialize)]
struct ResourceServerItem {
    schema_version: SchemaVersion,
    revision: u64,
    resource_server_id: ResourceServerId,
    identifier: Audience,
    name: ResourceServerName,
    scopes: ScopeSet,
    access_token_ttl_seconds: Option<AccessTokenTtl>,
    algorithm: Option<String>,
    introspection_clients: BTreeSet<ClientId>,
    authorization_details_types: BTreeSet<DetailType>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// Lays out the revision of the catalog.
pub(in crate::dynamodb) fn to_revision_item(revision: u64) -> Result<Item, StoreError> {
    let item = CatalogItem {
        schema_version: SchemaVersion,
        revision,
    };
    super::write(
        "the revision of the resource servers",
        Key::catalog_revision(),
        item,
    )
}

/// Reads the revision of the catalog.
pub(in crate::dynamodb) fn from_revision_item(item: Item) -> Result<u64, StoreError> {
    let item: CatalogItem = super::read("the revision of the resource servers", item)?;
    Ok(item.revision)
}

pub(in crate::dynamodb) fn to_item(server: &ResourceServerRecord) -> Result<Item, StoreError> {
    let item = ResourceServerItem {
        schema_version: SchemaVersion,
        revision: server.revision.0,
        resource_server_id: server.id.clone(),
        identifier: server.identifier.clone(),
        name: server.name.clone(),
        scopes: server.scopes.clone(),
        access_token_ttl_seconds: server.access_token_ttl,
        algorithm: server.algorithm.map(|algorithm| algorithm.to_string()),
        introspection_clients: server.introspection_clients.clone(),
        authorization_details_types: server.authorization_details_types.clone(),
        created_at: server.created_at,
        updated_at: server.updated_at,
    };
    super::write("a resource server", Key::resource_server(&server.id), item)
}

pub(in crate::dynamodb) fn from_item(item: Item) -> Result<ResourceServerRecord, StoreError> {
    let item: ResourceServerItem = super::read("a resource server", item)?;
    let algorithm = item
        .algorithm
        .as_deref()
        .map(str::parse::<SigningAlgorithm>);
    let algorithm = algorithm
        .transpose()
        .map_err(|error| StoreError::new("understand a resource server", error))?;
    Ok(ResourceServerRecord {
        id: item.resource_server_id,
        identifier: item.identifier,
        name: item.name,
        scopes: item.scopes,
        access_token_ttl: item.access_token_ttl_seconds,
        algorithm,
        introspection_clients: item.introspection_clients,
        authorization_details_types: item.authorization_details_types,
        created_at: item.created_at,
        updated_at: item.updated_at,
        revision: Revision(item.revision),
    })
}
