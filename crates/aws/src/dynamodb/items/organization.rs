//! Organizations.

use m2m_core::organization::Organization;
use m2m_core::ports::StoreError;
use m2m_types::admin::limits::TokenQuota;
use m2m_types::generation::Generation;
use m2m_types::handle::Handle;
use m2m_types::names::OrganizationId;
use serde::{Deserialize, Serialize};

use super::version::SchemaVersion;
use super::{Item, Key};

#[derive(Serialize, Deserialize)]
struct OrganizationItem {
    schema_version: SchemaVersion,
    organization: OrganizationId,
    name: String,
    plan: String,
    m2m_clients_allowed: bool,
    max_clients: Option<u32>,
    token_quota: Option<TokenQuota>,
    active: bool,
    generation: Generation,
    handle: Handle,
}

/// Lays out one of the copies.
pub(in crate::dynamodb) fn to_item(
    organization: &Organization,
    copy: u8,
) -> Result<Item, StoreError> {
    let item = OrganizationItem {
        schema_version: SchemaVersion,
        organization: organization.id.clone(),
        name: organization.name.clone(),
        plan: organization.plan.clone(),
        m2m_clients_allowed: organization.m2m_clients_allowed,
        max_clients: organization.max_clients,
        token_quota: organization.token_quota,
        active: organization.active,
        generation: organization.generation,
        handle: organization.handle,
    };
    let key = Key::organization_copy(&organization.id, copy);
    super::write("an organization", key, item)
}

pub(in crate::dynamodb) fn from_item(item: Item) -> Result<Organization, StoreError> {
    let item: OrganizationItem = super::read("an organization", item)?;
    Ok(Organization {
        id: item.organization,
        name: item.name,
        plan: item.plan,
        m2m_clients_allowed: item.m2m_clients_allowed,
        max_clients: item.max_clients,
        token_quota: item.token_quota,
        active: item.active,
        generation: item.generation,
        handle: item.handle,
    })
}
