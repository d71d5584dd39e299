//! The version of a record's layout.

use serde::{Deserialize, Serialize};

/// Version 1, the only one so far. Any other is refused, never guessed at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub(super) struct SchemaVersion;

const CURRENT: u32 = 1;

impl TryFrom<u32> for SchemaVersion {
    type Error = String;
    fn try_from(version: u32) -> Result<Self, Self::Error> {
        if version == CURRENT {
            Ok(Self)
        } else {
            Err(format!(
                "schema_version is {version}, this program knows {CURRENT}"
            ))
        }
    }
}

impl From<SchemaVersion> for u32 {
    fn from(_: SchemaVersion) -> Self {
        CURRENT
    }
}
