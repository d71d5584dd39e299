//! The value of an API access token: made to be found when it leaks and refused when it was mistyped.

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{InvalidText, checked_text};

/// What every API access token starts with.
const PREFIX: &str = "m2mt_";

/// The value of an API access token: `m2mt_`, 43 base-62 characters (256 random bits), 6 of their CRC-32.
///
/// It is printed nowhere: `Debug` shows nothing, there is no `Display`, the memory is wiped.
#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ApiTokenValue(Zeroizing<String>);

impl ApiTokenValue {
    /// Makes the value that these 256 random bits stand for.
    pub fn from_random_bytes(bytes: &[u8; 32]) -> Self {
        Self(checked_text::write(PREFIX, bytes))
    }

    /// Takes a value of ours; a typo or a truncated paste fails the checksum.
    ///
    /// # Errors
    /// The text is not of the form above, or its checksum does not hold.
    pub fn parse(text: impl Into<String>) -> Result<Self, InvalidText> {
        let text = Zeroizing::new(text.into());
        if checked_text::holds(PREFIX, &text) {
            Ok(Self(text))
        } else {
            Err(INVALID)
        }
    }

    /// Whether the text is meant to be one, mistyped or not. An access token, which is a JWT, never is.
    pub fn is_meant(text: &str) -> bool {
        text.starts_with(PREFIX)
    }

    /// The value, for the one answer that exists to carry it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The last characters before the checksum, so that a person can tell two tokens apart.
    pub fn hint(&self) -> String {
        checked_text::hint(PREFIX, &self.0)
    }
}

const INVALID: InvalidText = InvalidText {
    what: "an API access token",
    rule: "'m2mt_' and 49 letters and digits with a matching checksum; was it cut or mistyped?",
};

impl TryFrom<String> for ApiTokenValue {
    type Error = InvalidText;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(text)
    }
}

impl From<ApiTokenValue> for String {
    fn from(value: ApiTokenValue) -> Self {
        value.0.to_string()
    }
}

impl fmt::Debug for ApiTokenValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiTokenValue(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client_secret::ClientSecret;

    #[test]
    fn a_value_parses_back_and_a_typo_does_not() {
        let value = ApiTokenValue::from_random_bytes(&[7; 32]);
        let text = value.expose();
        assert_eq!(text.len(), 54);
        assert_eq!(ApiTokenValue::parse(text).unwrap().expose(), text);
        assert_eq!(value.hint(), text[44..48]);
        for wrong in [
            &text[..53],
            &format!("{text}x"),
            &text.to_uppercase(),
            "m2mt_é",
            "",
        ] {
            assert!(ApiTokenValue::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_token_is_no_secret_and_a_secret_no_token() {
        let secret = ClientSecret::from_random_bytes(&[7; 32]);
        assert!(ApiTokenValue::parse(secret.expose()).is_err());
        assert!(!ApiTokenValue::is_meant(secret.expose()));
        let as_token = secret.expose().replacen("m2ms_", "m2mt_", 1);
        assert!(ApiTokenValue::is_meant(&as_token));
        assert!(ApiTokenValue::parse(as_token).is_err());
    }

    #[test]
    fn debug_shows_nothing() {
        let value = ApiTokenValue::from_random_bytes(&[1; 32]);
        assert_eq!(format!("{value:?}"), "ApiTokenValue(…)");
    }
}
