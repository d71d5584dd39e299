//! Client credentials and their HTTP Basic form.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use m2m_types::client_id::ClientId;
use m2m_types::token_request::UnverifiedSecret;
use zeroize::Zeroizing;

/// A `client_id` and its `client_secret`; `Debug` shows only the id.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Who calls.
    pub client_id: ClientId,
    /// How it proves that.
    pub client_secret: UnverifiedSecret,
}

impl Credentials {
    /// Pairs an id with its secret.
    pub fn new(client_id: ClientId, client_secret: UnverifiedSecret) -> Self {
        Self {
            client_id,
            client_secret,
        }
    }

    /// The `Authorization` header: both parts form-urlencoded, then base64 (RFC 6749 §2.3.1).
    pub(crate) fn basic(&self) -> Zeroizing<String> {
        let pair = Zeroizing::new(format!(
            "{}:{}",
            *encoded(self.client_id.as_str()),
            *encoded(self.client_secret.expose()),
        ));
        Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())))
    }
}

/// The form-urlencoding of one value.
pub(crate) fn encoded(text: &str) -> Zeroizing<String> {
    Zeroizing::new(url::form_urlencoded::byte_serialize(text.as_bytes()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_parts_are_form_urlencoded_before_base64() {
        let credentials = Credentials::new(
            ClientId::parse("legacy.App-1_x").unwrap(),
            UnverifiedSecret::new("a:b+c d%é"),
        );
        let basic = credentials.basic();
        let pair = STANDARD
            .decode(basic.strip_prefix("Basic ").unwrap())
            .unwrap();
        assert_eq!(pair, b"legacy.App-1_x:a%3Ab%2Bc+d%25%C3%A9");
    }

    #[test]
    fn debug_shows_no_secret() {
        let credentials = Credentials::new(
            ClientId::parse("m2m_x").unwrap(),
            UnverifiedSecret::new("canary"),
        );
        assert!(!format!("{credentials:?}").contains("canary"));
    }
}
