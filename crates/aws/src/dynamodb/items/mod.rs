//! How the records of the core are laid out in the table.

pub(super) mod answer;
pub(super) mod api_token;
pub(super) mod attempt;
mod auth;
pub(super) mod client;
pub(super) mod organization;
pub(super) mod owner;
pub(super) mod resource_server;
pub(super) mod revocation;
mod secret;
pub(super) mod spent;
pub(super) mod unfinished;
mod version;

use m2m_core::ports::StoreError;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Item;
use super::key::Key;
use crate::failure::failed;

/// The attribute by which DynamoDB removes items some time after they expired.
pub(crate) const EXPIRES_AT: &str = "expires_at";

/// Lays a record out at its place.
fn write<T: Serialize>(what: &str, key: Key, record: T) -> Result<Item, StoreError> {
    let mut item: Item = serde_dynamo::aws_sdk_dynamodb_1::to_item(record)
        .map_err(|error| failed(&format!("lay out {what}"), &error))?;
    item.extend(key.into_item());
    Ok(item)
}

/// Reads a record; a damaged one, or one of a later version, is a failure.
fn read<T: DeserializeOwned>(what: &str, item: Item) -> Result<T, StoreError> {
    serde_dynamo::aws_sdk_dynamodb_1::from_item(item)
        .map_err(|error| failed(&format!("understand {what}"), &error))
}
