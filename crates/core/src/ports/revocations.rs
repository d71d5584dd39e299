//! What was stopped, as long as a token could still speak of it.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use m2m_types::client_id::ClientId;
use m2m_types::generation::Generation;
use m2m_types::revocations::Revoked;
use m2m_types::ttl::AccessTokenTtl;

use super::StoreError;

/// How much longer than a token an entry is kept: verifiers allow a token a minute after its end, and no two
/// clocks agree.
const LEEWAY: SignedDuration = SignedDuration::from_mins(10);

/// Until when an entry of a stop at `now` is kept: until every token that was issued before has ended.
pub fn kept_until(now: Timestamp) -> Timestamp {
    now + SignedDuration::from_secs(i64::from(AccessTokenTtl::MAX_SECONDS)) + LEEWAY
}

/// Names one token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenName {
    /// The client that got it.
    pub client_id: ClientId,
    /// Its `jti`, taken from a token whose signature held.
    pub jti: String,
}

/// A token that is to be dead by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denial {
    /// Which.
    pub token: TokenName,
    /// The generation of its client that it carries: when the client's is higher, the denial says nothing new.
    pub generation: Generation,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

impl Denial {
    /// Until when it is kept.
    pub fn kept_until(&self) -> Timestamp {
        self.expires_at + LEEWAY
    }
}

/// What became of a denial.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DenyOutcome {
    /// It is written.
    Denied,
    /// The token was denied before.
    AlreadyDenied,
}

/// What is stopped, and after how many stops.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RevokedAt {
    /// Raised by every stop. All stops up to this one are in what follows.
    pub sequence: u64,
    /// What is stopped.
    pub revoked: Revoked,
}

/// The stops of clients, owners, organizations, tokens and keys.
///
/// Entries of clients, owners and organizations are written with them ([`super::ClientStore::stop`],
/// [`super::Directory::stop_owner`] and so on), never alone.
#[async_trait]
pub trait Revocations: Send + Sync {
    /// Whether any of these tokens is denied by itself, or any of these keys removed: one round trip.
    async fn any_denied(&self, tokens: &[TokenName], kids: &[&str]) -> Result<bool, StoreError>;

    /// Denies a token and raises the sequence: all or nothing.
    async fn deny(&self, denial: &Denial) -> Result<DenyOutcome, StoreError>;

    /// How many tokens of a client are denied that are alive otherwise, carrying at least that generation;
    /// at most `limit`.
    async fn count_live(
        &self,
        client: &ClientId,
        generation: Generation,
        now: Timestamp,
        limit: u32,
    ) -> Result<u32, StoreError>;

    /// Forgets the denials of a client's tokens that carry a lower generation, since that stops them. Again is
    /// no error.
    async fn forget_denials(&self, client: &ClientId, below: Generation) -> Result<(), StoreError>;

    /// Declares that a key signs nothing any more, and raises the sequence: all or nothing. Kept until then,
    /// by when every token that it signed has ended.
    async fn remove_kid(&self, kid: &str, until: Timestamp) -> Result<(), StoreError>;

    /// The sequence as it is now.
    async fn sequence(&self) -> Result<u64, StoreError>;

    /// Everything that is stopped. It holds at least all stops up to its sequence.
    async fn read_all(&self, now: Timestamp) -> Result<RevokedAt, StoreError>;
}
