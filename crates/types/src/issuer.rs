//! The issuer identifier of RFC 8414 §2.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::InvalidText;

/// The issuer: an https URL (plain http only for loopback) with no path, query or fragment and no
/// trailing slash, compared to the byte.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Issuer(String);

const INVALID: InvalidText = InvalidText {
    what: "the issuer",
    rule: "an https URL like 'https://auth.example.com' without path, query, fragment or user; \
           plain http only for 127.0.0.1, [::1] or localhost",
};

impl Issuer {
    /// Checks the form and takes the text.
    ///
    /// # Errors
    /// The text is not of the form above.
    pub fn parse(text: impl Into<String>) -> Result<Self, InvalidText> {
        let text = text.into();
        let url = Url::parse(&text).map_err(|_| INVALID)?;
        let secure = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
        if secure && url.origin().ascii_serialization() == text {
            Ok(Self(text))
        } else {
            Err(INVALID)
        }
    }

    /// The text, equal to the `iss` claim to the byte.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The absolute URL of a path of this service.
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

/// Whether nobody but this machine can be at the other end.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Issuer {
    type Err = InvalidText;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Issuer {
    type Error = InvalidText;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(text)
    }
}

impl From<Issuer> for String {
    fn from(issuer: Issuer) -> Self {
        issuer.0
    }
}

#[cfg(test)]
mod tests {
    use super::Issuer;

    #[test]
    fn only_bare_origins_are_issuers() {
        for text in [
            "https://auth.example.com",
            "https://a.example:8443",
            "http://127.0.0.1:8080",
            "http://[::1]:1",
        ] {
            assert!(Issuer::parse(text).is_ok(), "{text}");
        }
        for text in [
            "http://auth.example.com",
            "https://auth.example.com/",
            "https://a.example/x",
            "https://a.example?x",
            "https://u@a.example",
            "HTTPS://a.example",
            "https://A.example",
            "https://a.example:443",
            "ftp://a",
            "",
        ] {
            assert!(Issuer::parse(text).is_err(), "{text}");
        }
    }
}
