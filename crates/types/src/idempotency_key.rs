//! The `Idempotency-Key` header of a create.

use std::fmt;

use crate::InvalidText;

/// An `Idempotency-Key`: at least 128 random bits, as 22 to 255 printable ASCII characters.
///
/// The kept answer is sealed under it, so it is handled like a secret.
#[derive(Clone)]
pub struct IdempotencyKey(zeroize::Zeroizing<String>);

impl IdempotencyKey {
    /// Checks the length and the characters.
    ///
    /// # Errors
    /// The text is shorter than 22 or longer than 255 characters, or not printable ASCII.
    pub fn parse(text: &str) -> Result<Self, InvalidText> {
        if (22..=255).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic()) {
            Ok(Self(zeroize::Zeroizing::new(text.to_owned())))
        } else {
            Err(InvalidText {
                what: "Idempotency-Key",
                rule: "16 or more random bytes, written as 22 to 255 printable characters (a UUID will do)",
            })
        }
    }

    /// A key of 256 random bits.
    pub fn from_random_bytes(bytes: &[u8; 32]) -> Self {
        let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
        Self(zeroize::Zeroizing::new(digits.collect()))
    }

    /// The key material.
    pub fn expose(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdempotencyKey(…)")
    }
}
