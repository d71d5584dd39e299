//! Writing clients.

mod abandon;
mod activate;
mod delete;
mod insert_pending;
mod list;
mod note;
mod record_use;
mod remove_abandoned;
mod replace;
mod restore;
mod stop;
mod transfer;
mod unfinished;

use async_trait::async_trait;
use jiff::Timestamp;
use m2m_core::client::{Client, Revision};
use m2m_core::ports::{
    ClientStore, InsertOutcome, KeptAnswer, ListedBy, PendingClient, RestoreOutcome,
    RestoredClient, StoreError, Unfinished, WriteOutcome,
};
use m2m_types::client_id::ClientId;
use m2m_types::names::{OrganizationId, SecretId};

use super::Table;
use super::expression::{Expression, number};
use super::items::client;
use super::key::{Key, ListKind};
use super::transaction::{Transacted, Write};
use crate::deadline::within_deadline;

/// Clients, their lists, counts and notes in the table.
pub(crate) struct DynamoDbClientStore {
    table: Table,
}

impl DynamoDbClientStore {
    pub(crate) fn new(table: Table) -> Self {
        Self { table }
    }
}

#[async_trait]
impl ClientStore for DynamoDbClientStore {
    async fn insert_pending(
        &self,
        pending: PendingClient<'_>,
    ) -> Result<InsertOutcome, StoreError> {
        within_deadline(
            "insert a client",
            self.table.store(),
            self.table.insert_pending(pending),
        )
        .await
    }

    async fn activate(
        &self,
        client: &Client,
        expected: Revision,
        answer: Option<&[u8; 32]>,
    ) -> Result<WriteOutcome, StoreError> {
        within_deadline(
            "activate a client",
            self.table.store(),
            self.table.activate(client, expected, answer),
        )
        .await
    }

    async fn abandon(
        &self,
        client: &Client,
        expected: Revision,
    ) -> Result<WriteOutcome, StoreError> {
        within_deadline(
            "abandon a client",
            self.table.store(),
            self.table.abandon(client, expected),
        )
        .await
    }

    async fn remove_abandoned(&self, client: &Client) -> Result<WriteOutcome, StoreError> {
        within_deadline(
            "remove an abandoned client",
            self.table.store(),
            self.table.remove_abandoned(client),
        )
        .await
    }

    async fn replace(
        &self,
        client: &Client,
        expected: Revision,
        answer: Option<&KeptAnswer>,
    ) -> Result<WriteOutcome, StoreError> {
        within_deadline(
            "write a client",
            self.table.store(),
            self.table.replace(client, expected, answer),
        )
        .await
    }

    async fn stop(
        &self,
        client: &Client,
        expected: Revision,
        now: Timestamp,
        answer: Option<&KeptAnswer>,
    ) -> Result<WriteOutcome, StoreError> {
        within_deadline(
            "stop a client",
            self.table.store(),
            self.table.stop(client, expected, now, answer),
        )
        .await
    }

    async fn delete(
        &self,
        client: &Client,
        expected: Revision,
        now: Timestamp,
    ) -> Result<WriteOutcome, StoreError> {
        within_deadline(
            "delete a client",
            self.table.store(),
            self.table.delete(client, expected, now),
        )
        .await
    }

    async fn begin_restore(
        &self,
        id: &ClientId,
        now: Timestamp,
        left_behind: Timestamp,
    ) -> Result<bool, StoreError> {
        within_deadline(
            "begin a restore",
            self.table.store(),
            self.table.begin_restore(id, now, left_behind),
        )
        .await
    }

    async fn replace_and_note(
        &self,
        client: &Client,
        expected: Revision,
        now: Timestamp,
        answer: Option<&KeptAnswer>,
    ) -> Result<WriteOutcome, StoreError> {
        within_deadline(
            "write a client",
            self.table.store(),
            self.table.replace_and_note(client, expected, now, answer),
        )
        .await
    }

    async fn restore(&self, restored: RestoredClient<'_>) -> Result<RestoreOutcome, StoreError> {
        within_deadline(
            "restore a client",
            self.table.store(),
            self.table.restore(restored),
        )
        .await
    }

    async fn remove_note(&self, id: &ClientId, seen: Option<Revision>) -> Result<(), StoreError> {
        within_deadline(
            "remove a note",
            self.table.store(),
            self.table.remove_note(id, seen),
        )
        .await
    }

    async fn unfinished(
        &self,
        after: Option<&ClientId>,
        limit: u32,
    ) -> Result<Vec<Unfinished>, StoreError> {
        within_deadline(
            "list unfinished changes",
            self.table.store(),
            self.table.unfinished(after, limit),
        )
        .await
    }

    async fn transfer(
        &self,
        client: &Client,
        before: &Client,
        now: Timestamp,
        answer: Option<&KeptAnswer>,
    ) -> Result<WriteOutcome, StoreError> {
        within_deadline(
            "transfer a client",
            self.table.store(),
            self.table.transfer(client, before, now, answer),
        )
        .await
    }

    async fn list(
        &self,
        of: &ListedBy,
        deleted: bool,
        after: Option<&ClientId>,
        limit: u32,
    ) -> Result<Vec<Client>, StoreError> {
        let list = if deleted {
            ListKind::Deleted
        } else {
            ListKind::Live
        };
        within_deadline(
            "list clients",
            self.table.store(),
            self.table.list(of, list, after, limit),
        )
        .await
    }

    async fn record_use(
        &self,
        id: &ClientId,
        secret: &SecretId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        within_deadline(
            "note the use of a secret",
            self.table.store(),
            self.table.record_use(id, secret, at),
        )
        .await
    }
}

/// Writes all of a client that was read at `expected`, but neither its uses nor its answer. Uses of secrets that it
/// has no more are forgotten.
fn change(client: &Client, expected: Revision) -> Result<(Key, Expression), StoreError> {
    let changes = Expression::set_all(&client::to_changes(client)?).at_revision(expected);
    Ok((Key::client(&client.id), forgetting_uses(changes, client)))
}

fn forgetting_uses(changes: Expression, client: &Client) -> Expression {
    let is_there = |used: &SecretId| client.secrets.iter().any(|secret| secret.id == *used);
    let gone: Vec<_> = client.last_used.keys().filter(|id| !is_there(id)).collect();
    if gone.is_empty() {
        return changes;
    }
    let paths: Vec<_> = (0..gone.len()).map(|n| format!("#uses.#gone{n}")).collect();
    let changes = changes
        .and_update(&format!("REMOVE {}", paths.join(", ")))
        .name("#uses", client::LAST_USED);
    gone.into_iter()
        .enumerate()
        .fold(changes, |changes, (n, id)| {
            changes.name(&format!("#gone{n}"), id.as_str())
        })
}

/// Counts one client more, if the limit has room for it. It lets the first one pass, also where the limit is 0.
fn count(organization: &OrganizationId, max_clients: Option<u32>) -> Write {
    let more = Expression::update("ADD clients :one").value(":one", number(1));
    let more = match max_clients {
        None => more,
        Some(max) => more
            .and_when("attribute_not_exists(clients) OR clients < :max")
            .value(":max", number(max)),
    };
    Write::Update(Key::client_count(organization), more)
}

/// Counts one client less.
fn uncount(organization: &OrganizationId) -> Write {
    let less = Expression::update("ADD clients :less").value(":less", number(-1));
    Write::Update(Key::client_count(organization), less)
}

impl From<Transacted> for WriteOutcome {
    fn from(transacted: Transacted) -> Self {
        match transacted {
            Transacted::Written => Self::Written,
            Transacted::Refused(_) => Self::ChangedMeanwhile,
        }
    }
}
