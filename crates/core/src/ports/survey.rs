//! Seeing everything at once, after the table was restored from a backup.

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;
use m2m_types::admin::client::SecretStorage;
use m2m_types::client_id::ClientId;
use m2m_types::names::{ClientName, OrganizationId, OwnerId};

use super::{ListedBy, StoreError};
use crate::client::ClientState;

/// What is looked at of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SurveyedClient {
    /// Its identifier.
    pub id: ClientId,
    /// What people call it.
    pub name: ClientName,
    /// On whose behalf it acts.
    pub owner: OwnerId,
    /// Its tenant.
    pub organization: OrganizationId,
    /// What it is going through.
    pub state: ClientState,
    /// Where its secret's value is kept.
    pub secret_storage: SecretStorage,
    /// When it last got a token, to the hour.
    pub last_used_at: Option<Timestamp>,
}

/// An entry of a list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListEntry {
    /// Of which list.
    pub of: ListedBy,
    /// Which client.
    pub client: ClientId,
    /// Whether it is the list of the deleted ones.
    pub deleted: bool,
}

/// What lies in the table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableSurvey {
    /// All clients, in whatever state.
    pub clients: Vec<SurveyedClient>,
    /// All entries of lists.
    pub entries: Vec<ListEntry>,
    /// How many clients of each organization are counted.
    pub counts: BTreeMap<OrganizationId, i64>,
}

/// A client's secret as the store of values has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SurveyedValue {
    /// Whose.
    pub client: ClientId,
    /// Whether it waits for its removal.
    pub is_scheduled_for_removal: bool,
}

/// Reads both stores as a whole and mends what is derived. For operators: no function may.
#[async_trait]
pub trait Survey: Send + Sync {
    /// Reads the whole table consistently.
    async fn read_table(&self) -> Result<TableSurvey, StoreError>;

    /// All clients that have a secret in the store of values. What was changed just now may be seen as before.
    async fn read_values(&self) -> Result<Vec<SurveyedValue>, StoreError>;

    /// Whether a client has a secret that does not wait for its removal.
    async fn has_live_value(&self, client: &ClientId) -> Result<bool, StoreError>;

    /// Writes an entry of a list. Again is no error.
    async fn write_entry(&self, entry: &ListEntry) -> Result<(), StoreError>;

    /// Removes an entry of a list. Again is no error.
    async fn remove_entry(&self, entry: &ListEntry) -> Result<(), StoreError>;

    /// Sets an organization's count if it still is `expected`; none: it is not there. Whether it did.
    async fn set_count(
        &self,
        organization: &OrganizationId,
        expected: Option<i64>,
        count: i64,
    ) -> Result<bool, StoreError>;
}
