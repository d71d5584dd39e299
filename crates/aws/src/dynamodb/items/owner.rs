//! Owners.

use jiff::Timestamp;
use m2m_core::owner::{Owner, PermissionsSource};
use m2m_core::ports::StoreError;
use m2m_types::admin::principals::PermissionsSource as SourceName;
use m2m_types::generation::Generation;
use m2m_types::handle::Handle;
use m2m_types::names::{OrganizationId, OwnerId};
use m2m_types::scope::ScopeSet;
use serde::{Deserialize, Serialize};

use super::version::SchemaVersion;
use super::{Item, Key};

#[derive(Serialize, Deserialize)]
struct OwnerItem {
    schema_version: SchemaVersion,
    owner: OwnerId,
    organization: OrganizationId,
    permissions: ScopeSet,
    permissions_source: SourceName,
    permissions_as_of: Option<Timestamp>,
    active: bool,
    generation: Generation,
    handle: Handle,
}

pub(in crate::dynamodb) fn to_item(owner: &Owner) -> Result<Item, StoreError> {
    let (permissions_source, permissions_as_of) = match owner.permissions_source {
        PermissionsSource::Record => (SourceName::Record, None),
        PermissionsSource::Login { as_of } => (SourceName::Login, as_of),
    };
    let item = OwnerItem {
        schema_version: SchemaVersion,
        owner: owner.id.clone(),
        organization: owner.organization.clone(),
        permissions: owner.permissions.clone(),
        permissions_source,
        permissions_as_of,
        active: owner.active,
        generation: owner.generation,
        handle: owner.handle,
    };
    super::write("an owner", Key::owner(&owner.id), item)
}

pub(in crate::dynamodb) fn from_item(item: Item) -> Result<Owner, StoreError> {
    let item: OwnerItem = super::read("an owner", item)?;
    Ok(Owner {
        id: item.owner,
        organization: item.organization,
        permissions: item.permissions,
        permissions_source: match item.permissions_source {
            SourceName::Record => PermissionsSource::Record,
            SourceName::Login => PermissionsSource::Login {
                as_of: item.permissions_as_of,
            },
        },
        active: item.active,
        generation: item.generation,
        handle: item.handle,
    })
}
