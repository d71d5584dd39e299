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
    /// The client that called; absent for a principal of AWS IAM and for a login.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<ClientId>,
    /// The ARN of the principal that called, as the gateway names it; absent for anybody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub principal_arn: Option<String>,
    /// The login provider whose token was shown; absent for anybody who is not logged in by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login_issuer: Option<String>,
    /// On whose behalf.
    pub owner: OwnerId,
    /// In which tenant.
    pub organization: OrganizationId,
    /// What the owner may do now.
    pub permissions: ScopeSet,
    /// What the caller may do with this API and pass on: what its token, its login or the list of principals allows.
    pub scopes: ScopeSet,
}
