//! Names that were spent.

use jiff::Timestamp;
use m2m_core::ports::{SpentName, StoreError};
use serde::Serialize;

use super::version::SchemaVersion;
use super::{Item, Key};

/// The attribute that says which attempt wrote it.
pub(in crate::dynamodb) const BY: &str = "spent_by";

#[derive(Serialize)]
struct SpentItem {
    schema_version: SchemaVersion,
    #[serde(with = "serde_bytes")]
    spent_by: [u8; 16],
    /// Seconds; the TTL attribute too.
    expires_at: i64,
}

pub(in crate::dynamodb) fn to_item(
    name: &SpentName,
    by: [u8; 16],
    until: Timestamp,
) -> Result<Item, StoreError> {
    let item = SpentItem {
        schema_version: SchemaVersion,
        spent_by: by,
        expires_at: until.as_second(),
    };
    super::write("a spent name", Key::spent(name), item)
}
