//! M2M OAuth clients, as the management API takes and shows them.

mod create;
mod patch;
mod replace;
mod transfer;
mod view;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use create::CreateClient;
pub use patch::PatchClient;
pub use replace::ReplaceClient;
pub use transfer::TransferClient;
pub use view::{ClientView, CreatedClient, CreatedSecret, RetiringAuthMethod};

use crate::audience::Audience;
use crate::names::{TagKey, TagValue};
use crate::scope::ScopeSet;

/// At most 50 labels of a client.
pub type Tags = BTreeMap<TagKey, TagValue>;

/// What a client may ask for of one audience.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AudienceGrant {
    /// The identifier of the resource server.
    pub audience: Audience,
    /// Scopes of that resource server.
    pub scopes: ScopeSet,
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

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks like this")]
fn is_false(value: &bool) -> bool {
    !value
}
