//! Reading what a request is decided by.

use async_trait::async_trait;
use jiff::Timestamp;
use m2m_types::client_id::ClientId;
use m2m_types::names::{OrganizationId, OwnerId};

use super::{StoreError, WriteOutcome};
use crate::client::Client;
use crate::organization::Organization;
use crate::owner::Owner;

/// Who stands behind a client; none: it does not exist.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Principals {
    /// On whose behalf the client acts.
    pub owner: Option<Owner>,
    /// Its tenant.
    pub organization: Option<Organization>,
}

/// What one consistent read found of a client.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lookup {
    /// The client, whatever its state; none: it does not exist.
    pub client: Option<Client>,
    /// Its principals, if the store knew beforehand whom to read along; otherwise
    /// [`Directory::find_principals`] tells.
    pub principals: Option<Principals>,
}

/// Clients, owners and organizations, read consistently.
#[async_trait]
pub trait Directory: Send + Sync {
    /// Reads a client and, where the store remembers who they are, its principals: one round trip.
    async fn find_client(&self, id: &ClientId) -> Result<Lookup, StoreError>;

    /// Reads an owner and an organization: one round trip.
    async fn find_principals(
        &self,
        owner: &OwnerId,
        organization: &OrganizationId,
    ) -> Result<Principals, StoreError>;

    /// Writes owner and organization if neither exists, both or none; whether it did.
    async fn insert_principals(
        &self,
        owner: &Owner,
        organization: &Organization,
    ) -> Result<bool, StoreError>;

    /// Writes an owner if it still is as `expected`, none if there is no such owner yet. Not one that was stopped:
    /// see [`Directory::stop_owner`].
    async fn replace_owner(
        &self,
        owner: &Owner,
        expected: Option<&Owner>,
    ) -> Result<WriteOutcome, StoreError>;

    /// Writes an owner that was stopped, its generation raised, and what says so in the revocations, if it still
    /// is as `expected`: all or nothing.
    async fn stop_owner(
        &self,
        owner: &Owner,
        expected: &Owner,
        now: Timestamp,
    ) -> Result<WriteOutcome, StoreError>;

    /// Writes an organization if it still is as `expected`, none if there is no such organization yet.
    async fn replace_organization(
        &self,
        organization: &Organization,
        expected: Option<&Organization>,
    ) -> Result<WriteOutcome, StoreError>;

    /// Writes an organization that was stopped, its generation raised, and what says so in the revocations, if it
    /// still is as `expected`: all or nothing.
    async fn stop_organization(
        &self,
        organization: &Organization,
        expected: &Organization,
        now: Timestamp,
    ) -> Result<WriteOutcome, StoreError>;

    /// Whether the store answers.
    async fn ping(&self) -> Result<(), StoreError>;
}
