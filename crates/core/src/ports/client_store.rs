//! Writing clients.

use async_trait::async_trait;
use jiff::Timestamp;
use m2m_types::client_id::ClientId;
use m2m_types::names::{OrganizationId, OwnerId, SecretId};

use super::{KeptAnswer, StoreError};
use crate::client::{Client, Revision};

/// A client in the first step of a create.
#[derive(Debug, Clone)]
pub struct PendingClient<'a> {
    /// The client, pending.
    pub client: &'a Client,
    /// How many clients its organization may have.
    pub max_clients: Option<u32>,
    /// How many clients its organization may make in a day of UTC, those counted that were deleted since.
    pub max_made_a_day: u32,
    /// The answer for a retry, if the caller sent an `Idempotency-Key`.
    pub answer: Option<&'a KeptAnswer>,
    /// The present moment.
    pub now: Timestamp,
}

/// What became of an insert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InsertOutcome {
    /// It is written.
    Inserted,
    /// There is a client with that id already.
    IdTaken,
    /// The organization has as many clients as it may.
    LimitReached,
    /// The organization has made as many clients today as it may in a day.
    MadeTooMany,
    /// A request with the same `Idempotency-Key` was faster.
    Twin,
}

/// What became of a write that expected a revision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriteOutcome {
    /// It is written.
    Written,
    /// What is kept has another revision by now, or is gone: nothing was written.
    ChangedMeanwhile,
}

/// Whose clients a list has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum ListedBy {
    /// Those of one owner.
    Owner(OwnerId),
    /// Those of all owners of an organization.
    Organization(OrganizationId),
}

/// A client in the last step of a restore.
#[derive(Debug, Clone)]
pub struct RestoredClient<'a> {
    /// The client as it was before the delete, its generation raised.
    pub client: &'a Client,
    /// What it was until now: deleted.
    pub before: &'a Client,
    /// How many clients its organization may have.
    pub max_clients: Option<u32>,
    /// The answer that says so, as in [`ClientStore::replace`].
    pub answer: Option<&'a KeptAnswer>,
    /// The moment that its note was written with: somebody else's note is another restore, or a delete.
    pub since: Timestamp,
}

/// What became of the last step of a restore.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RestoreOutcome {
    /// The client is back.
    Restored,
    /// The organization has as many clients as it may.
    LimitReached,
    /// The client has another revision by now, or the note is gone or another's.
    ChangedMeanwhile,
}

/// A create, delete, restore or rotation that touches two stores and has not been seen to finish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// Of which client.
    pub client: ClientId,
    /// Since when.
    pub since: Timestamp,
}

/// Clients, their list entries and the count of each organization.
#[async_trait]
pub trait ClientStore: Send + Sync {
    /// Writes a pending client, counts it against its organization's limits, notes it as unfinished and
    /// keeps the answer: all or nothing.
    async fn insert_pending(&self, pending: PendingClient<'_>)
    -> Result<InsertOutcome, StoreError>;

    /// Makes a pending client active, lists it, and marks it and its kept answer as finished: all or nothing.
    async fn activate(
        &self,
        client: &Client,
        expected: Revision,
        answer: Option<&[u8; 32]>,
    ) -> Result<WriteOutcome, StoreError>;

    /// Makes a pending client abandoned and forgets its kept answer, so that no retry can finish it: all or nothing.
    async fn abandon(
        &self,
        client: &Client,
        expected: Revision,
    ) -> Result<WriteOutcome, StoreError>;

    /// Removes an abandoned client, its note and its count: all or nothing.
    async fn remove_abandoned(&self, client: &Client) -> Result<WriteOutcome, StoreError>;

    /// Writes a changed client, and keeps the answer that says so: all or nothing. An answer of that id that has not
    /// expired counts as a change meanwhile.
    async fn replace(
        &self,
        client: &Client,
        expected: Revision,
        answer: Option<&KeptAnswer>,
    ) -> Result<WriteOutcome, StoreError>;

    /// Writes a client that was stopped, its generation raised, what says so in the revocations, and the answer, as
    /// [`ClientStore::replace`]: all or nothing.
    async fn stop(
        &self,
        client: &Client,
        expected: Revision,
        now: Timestamp,
        answer: Option<&KeptAnswer>,
    ) -> Result<WriteOutcome, StoreError>;

    /// Writes a deleted client and what stops its tokens in the revocations, moves its list entry to the
    /// deleted ones, uncounts it and notes it as unfinished: all or nothing.
    async fn delete(
        &self,
        client: &Client,
        expected: Revision,
        now: Timestamp,
    ) -> Result<WriteOutcome, StoreError>;

    /// Notes a client as unfinished, unless it has been since later than `left_behind`; whether it did.
    async fn begin_restore(
        &self,
        id: &ClientId,
        now: Timestamp,
        left_behind: Timestamp,
    ) -> Result<bool, StoreError>;

    /// Writes a client that is not deleted any more, moves its list entry back to the live ones, counts it against
    /// its organization's limit and takes its note away: all or nothing.
    async fn restore(&self, restored: RestoredClient<'_>) -> Result<RestoreOutcome, StoreError>;

    /// Writes a changed client and the answer to who changed it, and notes that what follows from it in another store is
    /// unfinished: all or nothing.
    async fn replace_and_note(
        &self,
        client: &Client,
        expected: Revision,
        now: Timestamp,
        answer: Option<&KeptAnswer>,
    ) -> Result<WriteOutcome, StoreError>;

    /// Takes the note of a client away when nothing is left to be done for the revision that was seen, or for a client
    /// that is gone. The note of a later revision stays. Again is no error.
    async fn remove_note(&self, id: &ClientId, seen: Option<Revision>) -> Result<(), StoreError>;

    /// At most `limit` notes of changes that have not been seen to finish, the oldest ids first.
    async fn unfinished(
        &self,
        after: Option<&ClientId>,
        limit: u32,
    ) -> Result<Vec<Unfinished>, StoreError>;

    /// Writes a client that goes over to another owner, its generation raised, what says so in the revocations, and
    /// moves its list entry, and keeps the answer as [`ClientStore::replace`]: all or nothing.
    async fn transfer(
        &self,
        client: &Client,
        before: &Client,
        now: Timestamp,
        answer: Option<&KeptAnswer>,
    ) -> Result<WriteOutcome, StoreError>;

    /// At most `limit` of the clients behind `after` in the order of their ids; live or deleted ones.
    async fn list(
        &self,
        of: &ListedBy,
        deleted: bool,
        after: Option<&ClientId>,
        limit: u32,
    ) -> Result<Vec<Client>, StoreError>;

    /// Notes that a secret got a token. Changes no revision; a client that is gone is no error.
    async fn record_use(
        &self,
        id: &ClientId,
        secret: &SecretId,
        at: Timestamp,
    ) -> Result<(), StoreError>;
}
