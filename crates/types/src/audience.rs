//! What a token is for: the `aud` of RFC 9068 and the `resource` of RFC 8707.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::InvalidText;

/// The identifier of a resource server: an absolute URI without fragment, at most 512 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Audience(String);

impl Audience {
    /// Checks the form and takes the text; it is compared to the byte, never normalized.
    ///
    /// # Errors
    /// The text is no absolute URI, has a fragment or is too long (RFC 8707 §2).
    pub fn parse(text: impl Into<String>) -> Result<Self, InvalidText> {
        let text = text.into();
        let printable = text.len() <= 512 && text.bytes().all(|b| b.is_ascii_graphic());
        match Url::parse(&text) {
            Ok(url) if printable && url.fragment().is_none() => Ok(Self(text)),
            _ => Err(InvalidText {
                what: "a resource",
                rule: "an absolute URI without fragment of at most 512 ASCII characters",
            }),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Audience {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Audience {
    type Error = InvalidText;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(text)
    }
}

impl From<Audience> for String {
    fn from(audience: Audience) -> Self {
        audience.0
    }
}

#[cfg(test)]
mod tests {
    use super::Audience;

    #[test]
    fn a_resource_is_an_absolute_uri_without_fragment() {
        assert!(Audience::parse("https://api.example/v1").is_ok());
        assert!(Audience::parse("urn:example:orders").is_ok());
        for text in [
            "",
            "/v1",
            "api.example",
            "https://api.example/#x",
            "https://api.example/a b",
        ] {
            assert!(Audience::parse(text).is_err(), "{text}");
        }
    }
}
