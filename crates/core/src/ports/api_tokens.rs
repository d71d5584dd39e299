//! Keeping API access tokens.

use async_trait::async_trait;
use jiff::Timestamp;
use m2m_types::names::{ApiTokenId, OwnerId};

use super::{KeptAnswer, StoreError, WriteOutcome};
use crate::api_tokens::ApiToken;
use crate::revision::Revision;
use crate::secret::SecretDigest;

/// What an owner has, for deciding whether there is room for one more.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnedApiTokens {
    /// Counts the inserts; 0: there was none yet.
    pub inserts: u64,
    /// How many there are.
    pub live: usize,
    /// Entries of the owner's list whose token is gone.
    pub left_over: Vec<ApiTokenId>,
}

/// API access tokens and the list of each owner. One whose time is over is gone, whether or not the store has cleaned up.
#[async_trait]
pub trait ApiTokens: Send + Sync {
    /// The token whose value has that digest, in one read.
    async fn find(
        &self,
        digest: &SecretDigest,
        now: Timestamp,
    ) -> Result<Option<ApiToken>, StoreError>;

    /// The owner's token of that id.
    async fn find_owned(
        &self,
        owner: &OwnerId,
        id: &ApiTokenId,
        now: Timestamp,
    ) -> Result<Option<ApiToken>, StoreError>;

    /// At most `limit` of an owner's tokens behind `after` in the order of their ids.
    async fn list_by_owner(
        &self,
        owner: &OwnerId,
        after: Option<&ApiTokenId>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<ApiToken>, StoreError>;

    /// What the owner has: never less than what was there when `inserts` had its value.
    async fn owned(&self, owner: &OwnerId, now: Timestamp) -> Result<OwnedApiTokens, StoreError>;

    /// Writes a new token, lists it, counts the insert and keeps the answer, if there was no insert since `inserts` were
    /// counted and no answer to the same request: all or nothing.
    async fn insert(
        &self,
        token: &ApiToken,
        inserts: u64,
        answer: Option<&KeptAnswer>,
    ) -> Result<WriteOutcome, StoreError>;

    /// Writes a changed token; never one that is gone.
    async fn replace(
        &self,
        token: &ApiToken,
        expected: Revision,
    ) -> Result<WriteOutcome, StoreError>;

    /// Removes a token, whatever its revision unless one is expected. Without one, again is no error. The entry of the
    /// list stays.
    async fn remove(
        &self,
        digest: &SecretDigest,
        expected: Option<Revision>,
    ) -> Result<WriteOutcome, StoreError>;

    /// Takes the entry of a removed token off its owner's list. Again is no error.
    async fn unlist(&self, owner: &OwnerId, id: &ApiTokenId) -> Result<(), StoreError>;
}
