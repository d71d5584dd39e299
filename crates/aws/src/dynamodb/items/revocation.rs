//! What was stopped.

use jiff::Timestamp;
use m2m_core::ports::{Denial, StoreError};
use m2m_types::client_id::ClientId;
use m2m_types::generation::Generation;
use m2m_types::handle::Handle;
use m2m_types::revocations::Revoked;
use serde::{Deserialize, Serialize};

use super::version::SchemaVersion;
use super::{Item, Key};
use crate::dynamodb::key::{SEQUENCE, SORT_KEY, text_of};
use crate::failure::failed;

const WHAT: &str = "a revocation";

/// A client, owner or organization that was stopped, or a token.
#[derive(Serialize, Deserialize)]
struct StopItem {
    schema_version: SchemaVersion,
    /// The lowest one that lives; of a token, the one of its client that it carries.
    generation: Generation,
    /// In whole seconds since the epoch, as DynamoDB's expiry wants it.
    expires_at: i64,
}

/// A key that was removed.
#[derive(Serialize, Deserialize)]
struct KeyItem {
    schema_version: SchemaVersion,
    expires_at: i64,
}

/// How many stops there were.
#[derive(Serialize, Deserialize)]
struct SequenceItem {
    schema_version: SchemaVersion,
    sequence: u64,
}

pub(in crate::dynamodb) fn client_to_item(
    client: &ClientId,
    generation: Generation,
    until: Timestamp,
) -> Result<Item, StoreError> {
    stop_to_item(Key::stopped_client(client), generation, until)
}

pub(in crate::dynamodb) fn handle_to_item(
    handle: &Handle,
    generation: Generation,
    until: Timestamp,
) -> Result<Item, StoreError> {
    stop_to_item(Key::stopped_handle(handle), generation, until)
}

pub(in crate::dynamodb) fn denial_to_item(denial: &Denial) -> Result<Item, StoreError> {
    let key = Key::denied_token(&denial.token);
    stop_to_item(key, denial.generation, denial.kept_until())
}

pub(in crate::dynamodb) fn kid_to_item(kid: &str, until: Timestamp) -> Result<Item, StoreError> {
    let item = KeyItem {
        schema_version: SchemaVersion,
        expires_at: until.as_second(),
    };
    super::write(WHAT, Key::removed_kid(kid), item)
}

fn stop_to_item(key: Key, generation: Generation, until: Timestamp) -> Result<Item, StoreError> {
    let item = StopItem {
        schema_version: SchemaVersion,
        generation,
        expires_at: until.as_second(),
    };
    super::write(WHAT, key, item)
}

/// The number of stops; none have been without an item.
pub(in crate::dynamodb) fn sequence_from_item(item: Option<Item>) -> Result<u64, StoreError> {
    let Some(item) = item else { return Ok(0) };
    let item: SequenceItem = super::read("the number of stops", item)?;
    Ok(item.sequence)
}

/// The generation that the denial of a token carries; none: it has expired.
pub(in crate::dynamodb) fn live_denial(
    item: Item,
    now: Timestamp,
) -> Result<Option<Generation>, StoreError> {
    let item: StopItem = super::read(WHAT, item)?;
    Ok((item.expires_at > now.as_second()).then_some(item.generation))
}

/// Adds an item to what is stopped, unless it has expired. The items come in the order of their sort keys, so
/// a client's own comes before those of its tokens, which it may make needless. An item that is not
/// understood is a failure: it stops something.
pub(in crate::dynamodb) fn add_to(
    revoked: &mut Revoked,
    item: Item,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sort_key = text_of(&item, SORT_KEY).cloned().unwrap_or_default();
    let parts: Vec<&str> = sort_key.split('#').collect();
    match *parts.as_slice() {
        [SEQUENCE] => {}
        ["KID", kid] => {
            let item: KeyItem = super::read(WHAT, item)?;
            if item.expires_at > now.as_second() {
                revoked.kids.insert(kid.to_owned());
            }
        }
        ["CLIENT", id] => {
            let id = ClientId::parse(id).map_err(|error| failed(WHAT, &error))?;
            if let Some(generation) = live_denial(item, now)? {
                revoked.clients.insert(id, generation);
            }
        }
        ["HANDLE", handle] => {
            let handle = Handle::parse(handle).map_err(|error| failed(WHAT, &error))?;
            if let Some(generation) = live_denial(item, now)? {
                revoked.handles.insert(handle, generation);
            }
        }
        ["JTI", client, jti] => {
            let client = ClientId::parse(client).map_err(|error| failed(WHAT, &error))?;
            let lowest = revoked.clients.get(&client).copied().unwrap_or_default();
            if live_denial(item, now)?.is_some_and(|generation| generation >= lowest) {
                revoked.jtis.insert(jti.to_owned());
            }
        }
        _ => {
            let reason = format!("there is something else in its place: {sort_key:?}");
            return Err(StoreError::new(format!("understand {WHAT}"), reason));
        }
    }
    Ok(())
}
