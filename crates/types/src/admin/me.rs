//! `GET /v1/me`: who the caller is.

use serde::{Deserialize, Serialize};

use crate::client_id::ClientId;
use crate::issuer::Issuer;
use crate::names::{OrganizationId, OwnerId};
use crate::scope::ScopeSet;

/// The caller as this service sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    /// Which service answers.
    pub issuer: Issuer,
    /// The client that called.
    pub client_id: ClientId,
    /// On whose behalf.
    pub owner: OwnerId,
    /// In which tenant.
    pub organization: OrganizationId,
    /// What the owner may do now.
    pub permissions: ScopeSet,
    /// What the presented token allows.
    pub scopes: ScopeSet,
}
