//! Names of owners and organizations that tell nobody who they are.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::InvalidText;

/// Stands for an owner or an organization in tokens and in the revocation snapshot: 96 random bits, written in
/// 16 characters of base64url. It is made with the record and never changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Handle([u8; 12]);

impl Handle {
    /// Takes random bytes.
    pub const fn from_random_bytes(bytes: [u8; 12]) -> Self {
        Self(bytes)
    }

    /// Reads the text of one.
    ///
    /// # Errors
    /// It is anything else than 16 characters of base64url.
    pub fn parse(text: &str) -> Result<Self, InvalidText> {
        let refused = InvalidText {
            what: "a handle",
            rule: "16 characters of base64url",
        };
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| refused)?;
        bytes.try_into().map(Self).map_err(|_| refused)
    }
}

impl fmt::Display for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl TryFrom<String> for Handle {
    type Error = InvalidText;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Handle> for String {
    fn from(handle: Handle) -> Self {
        handle.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::Handle;

    #[test]
    fn a_handle_is_read_as_it_is_written() {
        let handle = Handle::from_random_bytes([0xfb; 12]);
        assert_eq!(handle.to_string(), "-_v7-_v7-_v7-_v7");
        assert_eq!(Handle::parse("-_v7-_v7-_v7-_v7"), Ok(handle));
        for text in ["", "-_v7", "-_v7-_v7-_v7-_v7-_v7", "+/v7-_v7-_v7-_v7"] {
            assert!(Handle::parse(text).is_err(), "{text}");
        }
    }
}
