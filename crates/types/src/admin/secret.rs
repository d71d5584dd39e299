//! Secrets of a client, as the management API takes and shows them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::patch::Patch;
use crate::client_secret::{BroughtSecret, ClientSecret};
use crate::names::SecretId;

/// What is known of a secret without its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretView {
    /// Its name.
    pub secret_id: SecretId,
    /// Its last characters before the checksum.
    pub hint: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working; null: never.
    pub expires_at: Option<Timestamp>,
    /// When it last got a token, to the hour; null: not yet.
    pub last_used_at: Option<Timestamp>,
    /// Where AWS Secrets Manager keeps the value, for workloads that may read it there; null: it is kept
    /// nowhere.
    pub secret_arn: Option<String>,
}

/// `GET /v1/clients/{id}/secrets/{secret_id}/value`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RevealedSecret {
    /// Its name.
    pub secret_id: SecretId,
    /// Its value.
    pub client_secret: ClientSecret,
}

/// `POST /v1/clients/{id}/secrets`: a secret beside the one that works.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewSecret {
    /// How long the one before still works: 0 to 2,592,000 (30 days). Absent: until it is retired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overlap_seconds: Option<u32>,
    /// When the new one stops working; absent: never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
    /// Its value, if the user brings it; absent: the service makes one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<BroughtSecret>,
}

/// The answer to [`NewSecret`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AddedSecret {
    /// What every list shows of it.
    #[serde(flatten)]
    pub secret: SecretView,
    /// Its value, this once; absent if the user brought it, or is not the client's owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret: Option<ClientSecret>,
}

/// `PATCH /v1/clients/{id}/secrets/{secret_id}` (RFC 7396).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PatchSecret {
    /// When it stops working, a later moment than now; null: never.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub expires_at: Patch<Timestamp>,
}

/// `GET /v1/clients/{id}/secrets/rotation`: whether the older of two secrets can go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretRotation {
    /// Whether no program is known to need the older one any more.
    pub safe_to_retire: bool,
    /// Why, or why not, in words.
    pub because: String,
    /// The older one; null: there are not two.
    pub old_secret_id: Option<SecretId>,
    /// When the older one last got a token, to the hour; null: not yet.
    pub old_last_used_at: Option<Timestamp>,
    /// When the older one stops working by itself; null: never.
    pub old_expires_at: Option<Timestamp>,
    /// The one that is to take its place; null: there are not two.
    pub new_secret_id: Option<SecretId>,
    /// When that one last got a token, to the hour; null: not yet.
    pub new_last_used_at: Option<Timestamp>,
}
