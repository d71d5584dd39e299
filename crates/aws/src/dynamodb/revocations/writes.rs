//! What goes along with a stop in its transaction.

use jiff::Timestamp;
use m2m_core::client::Client;
use m2m_core::ports::{StoreError, kept_until};
use m2m_types::generation::Generation;
use m2m_types::handle::Handle;

use crate::dynamodb::expression::{Expression, number};
use crate::dynamodb::items::revocation;
use crate::dynamodb::key::Key;
use crate::dynamodb::transaction::Write;

/// Of a client whose generation was raised.
pub(in crate::dynamodb) fn client_stopped(
    client: &Client,
    now: Timestamp,
) -> Result<[Write; 2], StoreError> {
    let until = kept_until(now);
    let entry = revocation::client_to_item(&client.id, client.generation, until)?;
    Ok([Write::put(entry), one_more()])
}

/// Of an owner or an organization whose generation was raised.
pub(in crate::dynamodb) fn handle_stopped(
    handle: &Handle,
    generation: Generation,
    now: Timestamp,
) -> Result<[Write; 2], StoreError> {
    let entry = revocation::handle_to_item(handle, generation, kept_until(now))?;
    Ok([Write::put(entry), one_more()])
}

/// Counts a stop. In the same transaction, so that whoever reads the number before and after the entries knows
/// whether it has them all.
pub(super) fn one_more() -> Write {
    let more = Expression::update("SET schema_version = :version ADD #sequence :one")
        .name("#sequence", "sequence")
        .value(":version", number(1))
        .value(":one", number(1));
    Write::Update(Key::sequence(), more)
}
