//! The root of cursors.

use m2m_core::ports::StoreError;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Base64, SCHEMA_VERSION, check_version};

const WHAT: &str = "the root of cursors";

#[derive(Serialize, Deserialize)]
struct RootDocument {
    schema_version: u32,
    root: Base64,
}

pub(in crate::secrets_manager) fn write_root(
    root: &[u8; 32],
) -> Result<Zeroizing<String>, StoreError> {
    let document = RootDocument {
        schema_version: SCHEMA_VERSION,
        root: Base64::new(root),
    };
    super::write(WHAT, &document)
}

pub(in crate::secrets_manager) fn read_root(text: &str) -> Result<Zeroizing<[u8; 32]>, StoreError> {
    let document: RootDocument = super::read(WHAT, text)?;
    check_version(WHAT, document.schema_version)?;
    let root = <[u8; 32]>::try_from(document.root.0.as_slice());
    root.map(Zeroizing::new)
        .map_err(|_| StoreError::new(format!("understand {WHAT}"), "it has not 256 bits"))
}
