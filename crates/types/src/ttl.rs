//! How long an access token lives.

use serde::{Deserialize, Serialize};

use crate::InvalidText;

/// The life of an access token in seconds: 60 to 86,400 (24 hours), 3,600 (1 hour) by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct AccessTokenTtl(u32);

impl AccessTokenTtl {
    /// The longest life in seconds.
    pub const MAX_SECONDS: u32 = 86_400;

    /// Checks the range.
    ///
    /// # Errors
    /// The number is outside 60 to 86,400.
    pub fn from_seconds(seconds: u32) -> Result<Self, InvalidText> {
        if (60..=Self::MAX_SECONDS).contains(&seconds) {
            Ok(Self(seconds))
        } else {
            Err(InvalidText {
                what: "access_token_ttl_seconds",
                rule: "60 to 86400 seconds",
            })
        }
    }

    /// The life in seconds.
    pub fn seconds(self) -> u32 {
        self.0
    }
}

impl Default for AccessTokenTtl {
    fn default() -> Self {
        Self(3_600)
    }
}

impl TryFrom<u32> for AccessTokenTtl {
    type Error = InvalidText;
    fn try_from(seconds: u32) -> Result<Self, Self::Error> {
        Self::from_seconds(seconds)
    }
}

impl From<AccessTokenTtl> for u32 {
    fn from(ttl: AccessTokenTtl) -> Self {
        ttl.0
    }
}
