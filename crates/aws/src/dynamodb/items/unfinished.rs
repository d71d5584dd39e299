//! Notes of creates, deletes, restores and rotations under way.

use jiff::Timestamp;
use m2m_core::client::{Client, Revision};
use m2m_core::ports::{StoreError, Unfinished};
use m2m_types::client_id::ClientId;
use serde::{Deserialize, Serialize};

use super::version::SchemaVersion;
use super::{Item, Key};
use crate::dynamodb::expression::{Expression, number, text};

#[derive(Serialize, Deserialize)]
struct UnfinishedItem {
    schema_version: SchemaVersion,
    client_id: ClientId,
    since: Timestamp,
    /// Of the client that is not finished; a restore goes by `since`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    revision: Option<u64>,
}

/// Of a change that wrote this client.
pub(in crate::dynamodb) fn to_item(client: &Client, since: Timestamp) -> Result<Item, StoreError> {
    lay_out(&client.id, since, Some(client.revision))
}

/// Of a change that writes the client last.
pub(in crate::dynamodb) fn of_restore(
    client: &ClientId,
    since: Timestamp,
) -> Result<Item, StoreError> {
    lay_out(client, since, None)
}

fn lay_out(
    client: &ClientId,
    since: Timestamp,
    revision: Option<Revision>,
) -> Result<Item, StoreError> {
    let item = UnfinishedItem {
        schema_version: SchemaVersion,
        client_id: client.clone(),
        since,
        revision: revision.map(|revision| revision.0),
    };
    super::write(
        "a note of an unfinished change",
        Key::unfinished(client),
        item,
    )
}

/// There is no such note, or one that has been there since before.
///
/// Times are compared as they are written, in UTC: their order is that of their texts but for a last dot or `Z`,
/// which differ by less than a second.
pub(in crate::dynamodb) fn when_left_behind(before: Timestamp) -> Expression {
    Expression::when("attribute_not_exists(pk) OR since <= :before")
        .value(":before", text(before.to_string()))
}

/// The note that was written at that moment.
pub(in crate::dynamodb) fn when_since(since: Timestamp) -> Expression {
    Expression::when("since = :since").value(":since", text(since.to_string()))
}

/// The condition that a note is of no later revision.
pub(in crate::dynamodb) fn when_seen(seen: Revision) -> Expression {
    Expression::when("attribute_not_exists(revision) OR revision <= :seen")
        .value(":seen", number(seen.0))
}

pub(in crate::dynamodb) fn from_item(item: Item) -> Result<Unfinished, StoreError> {
    let item: UnfinishedItem = super::read("a note of an unfinished change", item)?;
    Ok(Unfinished {
        client: item.client_id,
        since: item.since,
    })
}
