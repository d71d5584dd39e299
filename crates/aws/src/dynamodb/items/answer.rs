//! Kept answers.

use jiff::Timestamp;
use m2m_core::ports::{KeptAnswer, StoreError};
use m2m_types::client_id::ClientId;
use serde::{Deserialize, Serialize};

use super::version::SchemaVersion;
use super::{Item, Key};

#[derive(Serialize, Deserialize)]
struct AnswerItem {
    schema_version: SchemaVersion,
    #[serde(with = "serde_bytes")]
    request: [u8; 32],
    #[serde(default, rename = "client_id", skip_serializing_if = "Option::is_none")]
    making: Option<ClientId>,
    #[serde(with = "serde_bytes")]
    sealed: Vec<u8>,
    kept_at: Timestamp,
    /// In whole seconds since the epoch, as DynamoDB's expiry wants it.
    expires_at: i64,
}

pub(in crate::dynamodb) fn to_item(answer: &KeptAnswer) -> Result<Item, StoreError> {
    let item = AnswerItem {
        schema_version: SchemaVersion,
        request: answer.request,
        making: answer.making.clone(),
        sealed: answer.sealed.clone(),
        kept_at: answer.kept_at,
        expires_at: answer.expires_at().as_second(),
    };
    super::write("a kept answer", Key::answer(&answer.id), item)
}

pub(in crate::dynamodb) fn from_item(id: &[u8; 32], item: Item) -> Result<KeptAnswer, StoreError> {
    let item: AnswerItem = super::read("a kept answer", item)?;
    Ok(KeptAnswer {
        id: *id,
        request: item.request,
        making: item.making,
        sealed: item.sealed,
        kept_at: item.kept_at,
    })
}
