//! Secrets of a client, as the management API shows them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::client_secret::ClientSecret;
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
