//! What the secrets hold, as JSON.

pub(super) mod client_secret;
pub(super) mod root;
pub(super) mod signing_keys;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use m2m_core::ports::StoreError;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

/// The version of the layout; any other is refused.
const SCHEMA_VERSION: u32 = 1;

fn write<T: Serialize>(what: &str, document: &T) -> Result<Zeroizing<String>, StoreError> {
    serde_json::to_string(document)
        .map(Zeroizing::new)
        .map_err(|_| StoreError::new(format!("lay out {what}"), "it cannot be written as JSON"))
}

/// Reads a document. The parser's message is not kept, because it can quote what it read.
fn read<'a, T: Deserialize<'a>>(what: &str, text: &'a str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| {
        let place = format!("at line {} column {}", error.line(), error.column());
        StoreError::new(
            format!("understand {what}"),
            format!("it is damaged {place}"),
        )
    })
}

fn check_version(what: &str, version: u32) -> Result<(), StoreError> {
    if version == SCHEMA_VERSION {
        return Ok(());
    }
    let reason = format!("schema_version is {version}, this program knows {SCHEMA_VERSION}");
    Err(StoreError::new(format!("understand {what}"), reason))
}

/// Bytes in base64, wiped when they are dropped.
struct Base64(Zeroizing<Vec<u8>>);

impl Base64 {
    fn new(bytes: &[u8]) -> Self {
        Self(Zeroizing::new(bytes.to_vec()))
    }
}

impl Serialize for Base64 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&Zeroizing::new(STANDARD.encode(&*self.0)))
    }
}

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        let bytes = STANDARD.decode(text.as_str());
        bytes
            .map(|bytes| Self(Zeroizing::new(bytes)))
            .map_err(|_| serde::de::Error::custom("no base64"))
    }
}
