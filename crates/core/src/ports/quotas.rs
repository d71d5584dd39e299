//! Counting tokens.

use async_trait::async_trait;
use jiff::Timestamp;
use m2m_types::admin::limits::QuotaPeriod;
use m2m_types::client_id::ClientId;
use m2m_types::names::OrganizationId;

use super::StoreError;

/// Whose tokens are counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Counted {
    /// A client's.
    Client(ClientId),
    /// Those of all clients of an organization.
    Organization(OrganizationId),
}

/// The tokens of somebody in one minute, hour or day of UTC. Each time has a counter of its own, so none is ever set
/// back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counter {
    /// Whose.
    pub counted: Counted,
    /// In which kind of time.
    pub period: QuotaPeriod,
    /// When that begins.
    pub begins: Timestamp,
    /// When it ends.
    pub ends: Timestamp,
}

/// What became of counting one more token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counting {
    /// It is counted.
    Counted,
    /// There are as many already: nothing was counted.
    Full,
}

/// Counts tokens across all instances.
#[async_trait]
pub trait Quotas: Send + Sync {
    /// Counts one more token unless there are `limit` already; without a limit it always counts. Of many at once no
    /// more than fit are counted.
    ///
    /// A failure leaves open whether it was counted, and an answer that was lost on the way may count twice: a token
    /// of the quota is lost then, never one issued too many.
    async fn count(&self, counter: &Counter, limit: Option<u32>) -> Result<Counting, StoreError>;

    /// How many were counted.
    async fn counted(&self, counter: &Counter) -> Result<u64, StoreError>;
}
