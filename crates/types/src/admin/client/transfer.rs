//! `POST /v1/clients/{id}/transfer`.

use serde::{Deserialize, Serialize};

use crate::names::OwnerId;

/// `POST /v1/clients/{id}/transfer`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransferClient {
    /// Its new owner, of the same organization.
    pub owner: OwnerId,
}
