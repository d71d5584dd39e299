//! Kept answers.

use jiff::Timestamp;
use m2m_core::ports::{KeptAnswer, StoreError};
use m2m_types::client_id::ClientId;
use serde::{Deserialize, Serialize};

use super::version::SchemaVersion;
use super::{Item, Key};
use crate::failure::failed;

#[derive(Serialize, Deserialize)]
struct AnswerItem {
    schema_version: SchemaVersion,
    #[serde(with = "serde_bytes")]
    request: [u8; 32],
    client_id: ClientId,
    #[serde(with = "serde_bytes")]
    sealed: Vec<u8>,
    finished: bool,
    in_flight_until: Timestamp,
    /// In whole seconds since the epoch, as DynamoDB's expiry wants it.
    expires_at: i64,
}

pub(in crate::dynamodb) fn to_item(answer: &KeptAnswer) -> Result<Item, StoreError> {
    let item = AnswerItem {
        schema_version: SchemaVersion,
        request: answer.request,
        client_id: answer.client.clone(),
        sealed: answer.sealed.clone(),
        finished: answer.finished,
        in_flight_until: answer.in_flight_until,
        expires_at: answer.expires_at.as_second(),
    };
    super::write("a kept answer", Key::answer(&answer.id), item)
}

pub(in crate::dynamodb) fn from_item(id: &[u8; 32], item: Item) -> Result<KeptAnswer, StoreError> {
    let item: AnswerItem = super::read("a kept answer", item)?;
    let expires_at = Timestamp::from_second(item.expires_at)
        .map_err(|error| failed("understand a kept answer", &error))?;
    Ok(KeptAnswer {
        id: *id,
        request: item.request,
        client: item.client_id,
        sealed: item.sealed,
        finished: item.finished,
        in_flight_until: item.in_flight_until,
        expires_at,
    })
}
