//! Refused token requests.

use std::net::IpAddr;

use jiff::Timestamp;
use m2m_core::ports::{Attempt, StoreError};
use m2m_types::client_id::ClientId;
use m2m_types::correlation_id::CorrelationId;
use serde::{Deserialize, Serialize};

use super::version::SchemaVersion;
use super::{Item, Key};

#[derive(Serialize, Deserialize)]
struct AttemptItem {
    schema_version: SchemaVersion,
    correlation_id: CorrelationId,
    at: Timestamp,
    client_id: Option<ClientId>,
    auth_method: String,
    grant_type: Option<String>,
    error: String,
    reason: String,
    source: IpAddr,
    /// Seconds; the TTL attribute too.
    expires_at: i64,
}

pub(in crate::dynamodb) fn to_item(
    attempt: &Attempt,
    until: Timestamp,
) -> Result<Item, StoreError> {
    let item = AttemptItem {
        schema_version: SchemaVersion,
        correlation_id: attempt.correlation_id.clone(),
        at: attempt.at,
        client_id: attempt.client_id.clone(),
        auth_method: attempt.auth_method.clone(),
        grant_type: attempt.grant_type.clone(),
        error: attempt.error.clone(),
        reason: attempt.reason.clone(),
        source: attempt.source,
        expires_at: until.as_second(),
    };
    let key = Key::attempt(&attempt.correlation_id);
    super::write("a refused token request", key, item)
}

/// None if it is too old, whether or not it was removed.
pub(in crate::dynamodb) fn from_item(
    item: Item,
    now: Timestamp,
) -> Result<Option<Attempt>, StoreError> {
    let item: AttemptItem = super::read("a refused token request", item)?;
    if item.expires_at <= now.as_second() {
        return Ok(None);
    }
    Ok(Some(Attempt {
        correlation_id: item.correlation_id,
        at: item.at,
        client_id: item.client_id,
        auth_method: item.auth_method,
        grant_type: item.grant_type,
        error: item.error,
        reason: item.reason,
        source: item.source,
    }))
}
