//! Owners and organizations, as the management API takes and shows them.

use serde::{Deserialize, Serialize};

use crate::admin::limits::TokenQuota;
use crate::names::{OrganizationId, OrganizationName, OwnerId, PlanName};
use crate::scope::ScopeSet;

/// Who decides what an owner may do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PermissionsSource {
    /// Its record, which admins change; what a login claims narrows that one request.
    #[default]
    Record,
    /// Its logins: one that claims something else changes the record.
    Login,
}

/// `PUT /v1/owners/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PutOwner {
    /// Its tenant, which never changes.
    pub organization: OrganizationId,
    /// What it, and so the most that its clients, may do.
    pub permissions: ScopeSet,
    /// Who decides what it may do.
    #[serde(default)]
    pub permissions_source: PermissionsSource,
    /// Whether its clients get tokens.
    #[serde(default = "yes")]
    pub active: bool,
}

/// An owner, as every call shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerView {
    /// Its identifier.
    pub owner: OwnerId,
    /// Its tenant.
    pub organization: OrganizationId,
    /// What it, and so the most that its clients, may do.
    pub permissions: ScopeSet,
    /// Who decides what it may do.
    pub permissions_source: PermissionsSource,
    /// Whether its clients get tokens.
    pub active: bool,
}

/// `PUT /v1/organizations/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PutOrganization {
    /// What people call it.
    pub name: OrganizationName,
    /// The plan it is on, in the operator's words.
    pub plan: PlanName,
    /// Whether the plan includes M2M OAuth clients; existing ones go on working without.
    pub m2m_clients_allowed: bool,
    /// How many clients it may have; null: as many as it likes.
    #[serde(default)]
    pub max_clients: Option<u32>,
    /// How many tokens all its clients together may get; null: as many as they like.
    #[serde(default)]
    pub token_quota: Option<TokenQuota>,
    /// Whether its clients get tokens.
    #[serde(default = "yes")]
    pub active: bool,
}

/// An organization, as every call shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganizationView {
    /// Its identifier.
    pub organization: OrganizationId,
    /// What people call it.
    pub name: String,
    /// The plan it is on.
    pub plan: String,
    /// Whether the plan includes M2M OAuth clients.
    pub m2m_clients_allowed: bool,
    /// How many clients it may have; null: as many as it likes.
    pub max_clients: Option<u32>,
    /// How many tokens all its clients together may get; null: as many as they like.
    pub token_quota: Option<TokenQuota>,
    /// Whether its clients get tokens.
    pub active: bool,
}

fn yes() -> bool {
    true
}
