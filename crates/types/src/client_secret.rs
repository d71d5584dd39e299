//! The secret of a client: made to be found when it leaks and refused when it was mistyped.

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::InvalidText;

/// What every secret made by this service starts with.
const PREFIX: &str = "m2ms_";
/// 256 random bits in base 62.
const BODY_LENGTH: usize = 43;
/// A CRC-32 in base 62.
const CHECKSUM_LENGTH: usize = 6;
/// How many characters of a secret its hint shows.
const HINT_LENGTH: usize = 4;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A `client_secret`: `m2ms_`, 43 base-62 characters (256 random bits), 6 of their CRC-32.
///
/// It is printed nowhere: `Debug` shows nothing, there is no `Display`, the memory is wiped.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClientSecret(Zeroizing<String>);

impl ClientSecret {
    /// Makes the secret that these 256 random bits stand for.
    pub fn from_random_bytes(bytes: &[u8; 32]) -> Self {
        let mut text = Zeroizing::new(String::with_capacity(
            PREFIX.len() + BODY_LENGTH + CHECKSUM_LENGTH,
        ));
        text.push_str(PREFIX);
        push_base62(&mut text, bytes, BODY_LENGTH);
        let checksum = crc32fast::hash(text.as_bytes());
        push_base62(&mut text, &checksum.to_be_bytes(), CHECKSUM_LENGTH);
        Self(text)
    }

    /// Takes a secret of ours; a typo or a truncated paste fails the checksum.
    ///
    /// # Errors
    /// The text is not of the form above, or its checksum does not hold.
    pub fn parse(text: impl Into<String>) -> Result<Self, InvalidText> {
        let text = Zeroizing::new(text.into());
        if checksum_holds(&text) {
            Ok(Self(text))
        } else {
            Err(INVALID)
        }
    }

    /// The value, for the one answer or header that exists to carry it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The last characters before the checksum, so that a person can tell two secrets apart.
    pub fn hint(&self) -> String {
        let end = PREFIX.len() + BODY_LENGTH;
        self.0[end - HINT_LENGTH..end].to_owned()
    }
}

const INVALID: InvalidText = InvalidText {
    what: "client_secret",
    rule: "'m2ms_' and 49 letters and digits with a matching checksum; was it cut or mistyped?",
};

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

fn checksum_holds(text: &str) -> bool {
    let body_end = PREFIX.len() + BODY_LENGTH;
    if !text.starts_with(PREFIX)
        || text.len() != body_end + CHECKSUM_LENGTH
        || !text[PREFIX.len()..]
            .bytes()
            .all(|b| b.is_ascii_alphanumeric())
    {
        return false;
    }
    let mut checksum = String::with_capacity(CHECKSUM_LENGTH);
    push_base62(
        &mut checksum,
        &crc32fast::hash(&text.as_bytes()[..body_end]).to_be_bytes(),
        CHECKSUM_LENGTH,
    );
    text[body_end..] == checksum
}

/// Appends the big-endian number in base 62, padded with zeros to `length` digits.
fn push_base62(text: &mut String, number: &[u8], length: usize) {
    let mut number = Zeroizing::new(number.to_vec());
    let mut digits = Zeroizing::new(vec![0_u8; length]);
    for digit in digits.iter_mut().rev() {
        let mut remainder = 0_u32;
        for byte in number.iter_mut() {
            let value = remainder << 8 | u32::from(*byte);
            *byte = (value / 62) as u8;
            remainder = value % 62;
        }
        *digit = ALPHABET[remainder as usize];
    }
    text.extend(digits.iter().map(|digit| char::from(*digit)));
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
