//! The secret of a client: made to be found when it leaks and refused when it was mistyped.

mod brought;

use std::fmt;

pub use brought::{BroughtSecret, estimated_bits};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{InvalidText, checked_text};

/// What every secret made by this service starts with.
const PREFIX: &str = "m2ms_";
/// How many characters the hint of a secret shows that was brought.
const BROUGHT_HINT_LENGTH: usize = 4;

/// A `client_secret`: `m2ms_`, 43 base-62 characters (256 random bits), 6 of their CRC-32; or one that a user
/// [brought](BroughtSecret).
///
/// It is printed nowhere: `Debug` shows nothing, there is no `Display`, the memory is wiped.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClientSecret(Zeroizing<String>);

impl ClientSecret {
    /// Makes the secret that these 256 random bits stand for.
    pub fn from_random_bytes(bytes: &[u8; 32]) -> Self {
        Self(checked_text::write(PREFIX, bytes))
    }

    /// Takes a secret of ours, of which a typo or a truncated paste fails the checksum, or what may be one that a
    /// user brought.
    ///
    /// # Errors
    /// The text is not of the form above, or its checksum does not hold.
    pub fn parse(text: impl Into<String>) -> Result<Self, InvalidText> {
        let text = Zeroizing::new(text.into());
        if checked_text::holds(PREFIX, &text) || brought::has_form(&text) {
            Ok(Self(text))
        } else {
            Err(INVALID)
        }
    }

    /// The value, for the one answer or header that exists to carry it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The last characters, of one of ours before the checksum, so that a person can tell two secrets apart.
    pub fn hint(&self) -> String {
        if has_our_prefix(&self.0) {
            return checked_text::hint(PREFIX, &self.0);
        }
        self.0[self.0.len() - BROUGHT_HINT_LENGTH..].to_owned()
    }
}

const INVALID: InvalidText = InvalidText {
    what: "client_secret",
    rule: "'m2ms_' and 49 letters and digits with a matching checksum, or 43 to 128 characters of A-Z, a-z, 0-9, \
           '_' and '-' that were brought; was it cut or mistyped?",
};

/// In any case, so that one of ours in another case stays a typo.
fn has_our_prefix(text: &str) -> bool {
    let prefix = text.get(..PREFIX.len());
    prefix.is_some_and(|prefix| prefix.eq_ignore_ascii_case(PREFIX))
}

impl TryFrom<String> for ClientSecret {
    type Error = InvalidText;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(text)
    }
}

impl From<ClientSecret> for String {
    fn from(secret: ClientSecret) -> Self {
        secret.0.to_string()
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_parses_back() {
        let secret = ClientSecret::from_random_bytes(&[0xff; 32]);
        assert_eq!(secret.expose().len(), 54);
        assert_eq!(
            ClientSecret::parse(secret.expose()).unwrap().expose(),
            secret.expose()
        );
    }

    #[test]
    fn typos_and_truncation_fail_the_checksum() {
        let secret = ClientSecret::from_random_bytes(&[7; 32])
            .expose()
            .to_owned();
        assert!(ClientSecret::parse(&secret[..53]).is_err());
        assert!(ClientSecret::parse(format!("{secret}x")).is_err());
        assert!(ClientSecret::parse(secret.to_uppercase()).is_err());
        assert!(ClientSecret::parse(format!("{}\0", &secret[..53])).is_err());
        let swapped = secret.replacen(
            &secret[10..11],
            if &secret[10..11] == "a" { "b" } else { "a" },
            1,
        );
        assert!(ClientSecret::parse(swapped).is_err());
        assert!(ClientSecret::parse("m2ms_é").is_err());
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(
            format!("{:?}", ClientSecret::from_random_bytes(&[1; 32])),
            "ClientSecret(…)"
        );
    }
}
