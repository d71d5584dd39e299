//! Notes of creates and deletes under way.

use jiff::Timestamp;
use m2m_core::ports::{StoreError, Unfinished};
use m2m_types::client_id::ClientId;
use serde::{Deserialize, Serialize};

use super::version::SchemaVersion;
use super::{Item, Key};

#[derive(Serialize, Deserialize)]
struct UnfinishedItem {
    schema_version: SchemaVersion,
    client_id: ClientId,
    since: Timestamp,
}

pub(in crate::dynamodb) fn to_item(
    client: &ClientId,
    since: Timestamp,
) -> Result<Item, StoreError> {
    let item = UnfinishedItem {
        schema_version: SchemaVersion,
        client_id: client.clone(),
        since,
    };
    super::write(
        "a note of an unfinished change",
        Key::unfinished(client),
        item,
    )
}

pub(in crate::dynamodb) fn from_item(item: Item) -> Result<Unfinished, StoreError> {
    let item: UnfinishedItem = super::read("a note of an unfinished change", item)?;
    Ok(Unfinished {
        client: item.client_id,
        since: item.since,
    })
}
