//! Keeping why token requests were refused.

use std::net::IpAddr;

use async_trait::async_trait;
use jiff::Timestamp;
use m2m_types::client_id::ClientId;
use m2m_types::correlation_id::CorrelationId;

use super::StoreError;

/// A token request that was refused. Nothing in it is secret, nor the text of whoever sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// What the sender was told to name when it asks why.
    pub correlation_id: CorrelationId,
    /// When.
    pub at: Timestamp,
    /// Which client; none: no client that exists was named.
    pub client_id: Option<ClientId>,
    /// How the client wanted to prove who it is.
    pub auth_method: String,
    /// The grant, if it is one that is known.
    pub grant_type: Option<String>,
    /// The code that the sender saw.
    pub error: String,
    /// Why, in the operator's words.
    pub reason: String,
    /// From where.
    pub source: IpAddr,
}

/// Remembers refused token requests for a while.
#[async_trait]
pub trait Attempts: Send + Sync {
    /// Keeps an attempt until then.
    async fn insert(&self, attempt: &Attempt, until: Timestamp) -> Result<(), StoreError>;

    /// The attempt of that name; none: there was none, or it is too old.
    async fn find(&self, id: &CorrelationId, now: Timestamp)
    -> Result<Option<Attempt>, StoreError>;
}
