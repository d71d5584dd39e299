//! Keeping the values of secrets, so that they can be shown again.

use async_trait::async_trait;
use m2m_types::client_id::ClientId;
use m2m_types::client_secret::ClientSecret;
use m2m_types::names::SecretId;

use super::{StoreError, WriteOutcome};

/// A value and where it is kept.
#[derive(Debug, Clone)]
pub struct KeptValue {
    /// The value.
    pub value: ClientSecret,
    /// The ARN of the Secrets Manager secret that holds it.
    pub arn: String,
}

/// The values of the secrets of clients.
#[async_trait]
pub trait SecretValues: Send + Sync {
    /// Keeps the value of a client's first secret; its ARN. Again with the same value is no error.
    async fn insert(
        &self,
        client: &ClientId,
        secret: &SecretId,
        value: &ClientSecret,
    ) -> Result<String, StoreError>;

    /// Keeps the value of a further secret beside those that are kept; its ARN. The current one stays the same, unless
    /// there is none. Again with the same value is no error.
    async fn add(
        &self,
        client: &ClientId,
        secret: &SecretId,
        value: &ClientSecret,
    ) -> Result<String, StoreError>;

    /// Which secret's value a program gets that asks for no particular one; none: nothing is kept (any more).
    async fn find_current(&self, client: &ClientId) -> Result<Option<SecretId>, StoreError>;

    /// Makes a kept value the current one in the place of `from`.
    async fn make_current(
        &self,
        client: &ClientId,
        from: &SecretId,
        to: &SecretId,
    ) -> Result<WriteOutcome, StoreError>;

    /// The value of a secret; none: it is not kept (any more).
    async fn find(
        &self,
        client: &ClientId,
        secret: &SecretId,
    ) -> Result<Option<KeptValue>, StoreError>;

    /// Lets the values of a deleted client go after the restore window. Again, or without values, is no error.
    async fn schedule_removal(&self, client: &ClientId) -> Result<(), StoreError>;

    /// Keeps what was to go after the restore window; whether there is anything left to keep. Again is no error.
    async fn restore(&self, client: &ClientId) -> Result<bool, StoreError>;

    /// Removes the values of a client that never came to be, at once. Again, or without values, is no error.
    async fn remove(&self, client: &ClientId) -> Result<(), StoreError>;
}
