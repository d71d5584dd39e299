//! Keeping answers, so that a `POST` can be repeated.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use m2m_types::client_id::ClientId;

use super::{StoreError, WriteOutcome};

/// How long an answer is kept.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(24);
/// Longer than any request may take.
const IN_FLIGHT_FOR: SignedDuration = SignedDuration::from_secs(30);

/// The answer to a request, kept so that a retry gets it again.
///
/// It may hold a secret and is therefore sealed under the `Idempotency-Key` itself, which is kept nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptAnswer {
    /// Names the caller, the call and the key, without revealing the key.
    pub id: [u8; 32],
    /// The digest of the request's body.
    pub request: [u8; 32],
    /// The client that is being made; none: what was asked for has been done.
    pub making: Option<ClientId>,
    /// The sealed answer.
    pub sealed: Vec<u8>,
    /// Since when it is kept. What expired by then gives way to it.
    pub kept_at: Timestamp,
}

impl KeptAnswer {
    /// When it is forgotten.
    pub fn expires_at(&self) -> Timestamp {
        self.kept_at + KEPT_FOR
    }

    /// Until when a create that has not finished is taken to be under way.
    pub fn in_flight_until(&self) -> Timestamp {
        self.kept_at + IN_FLIGHT_FOR
    }
}

/// The answers that are kept. Those of a change are written with it ([`super::ClientStore::stop`] and so on).
#[async_trait]
pub trait Answers: Send + Sync {
    /// The kept answer of that id, expired or not.
    async fn find(&self, id: &[u8; 32]) -> Result<Option<KeptAnswer>, StoreError>;

    /// Keeps an answer, unless there is one of its id that has not expired.
    async fn insert(&self, answer: &KeptAnswer) -> Result<WriteOutcome, StoreError>;
}
