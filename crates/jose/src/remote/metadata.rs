//! What an issuer says about itself.

use serde::Deserialize;
use url::Url;

use super::RemoteDocument;
use crate::json::parse_object;

/// The members of an issuer's metadata that are needed here, OpenID Connect Discovery 1.0 §3.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OpenIdMetadata {
    /// Who it says it is; the caller compares it to the byte.
    pub issuer: String,
    /// Where its keys are.
    pub jwks_uri: Url,
}

impl OpenIdMetadata {
    /// Where an issuer publishes it (§4): behind whatever path the issuer has. None: the issuer is no URL that can
    /// have one.
    pub fn url_of(issuer: &str) -> Option<Url> {
        let issuer = issuer.trim_end_matches('/');
        let url = Url::parse(&format!("{issuer}/.well-known/openid-configuration")).ok()?;
        (url.query().is_none() && url.fragment().is_none()).then_some(url)
    }
}

impl RemoteDocument for OpenIdMetadata {
    fn parse(body: &[u8]) -> Result<Self, String> {
        parse_object(body).map_err(|invalid| format!("the metadata is malformed: {invalid}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_behind_the_issuers_path() {
        let url = |issuer| OpenIdMetadata::url_of(issuer).map(String::from);
        let expected = "https://issuer.example/a/.well-known/openid-configuration";
        assert_eq!(url("https://issuer.example/a").as_deref(), Some(expected));
        assert_eq!(url("https://issuer.example/a/").as_deref(), Some(expected));
        assert_eq!(url("https://issuer.example/a?b"), None);
        assert_eq!(url("https://issuer.example/a#b"), None);
        assert_eq!(url("issuer"), None);
    }
}
