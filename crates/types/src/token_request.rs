//! The body of `POST /oauth/token`, RFC 6749 §4.4.2.

use std::collections::HashSet;

use serde::Deserialize;
use zeroize::Zeroizing;

use crate::form::{self, InvalidForm};

/// The longest value of a parameter, in bytes after decoding.
pub const MAX_PARAMETER_LENGTH: usize = 8_192;

/// The `grant_type` of RFC 8693 §2.1, the only one in which `audience` may repeat.
pub const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

/// A token request as it was sent: nothing in it has been checked against anything.
///
/// A parameter with an empty value counts as absent (RFC 6749 §3.2), unknown ones are ignored.
#[derive(Debug, Default)]
pub struct TokenRequest {
    /// `grant_type`.
    pub unverified_grant_type: Option<String>,
    /// `scope`.
    pub unverified_scope: Option<String>,
    /// `client_id`.
    pub unverified_client_id: Option<String>,
    /// `client_secret`.
    pub unverified_client_secret: Option<UnverifiedSecret>,
    /// `client_assertion` (RFC 7521 §4.2): a bearer credential, like a secret.
    pub unverified_client_assertion: Option<UnverifiedSecret>,
    /// `client_assertion_type` (RFC 7521 §4.2).
    pub unverified_client_assertion_type: Option<String>,
    /// Every `resource` (RFC 8707 §2).
    pub unverified_resources: Vec<String>,
    /// Every `audience` (RFC 8693 §2.1).
    pub unverified_audiences: Vec<String>,
    /// `authorization_details` (RFC 9396 §2).
    pub unverified_authorization_details: Option<String>,
    /// `subject_token` (RFC 8693 §2.1).
    pub unverified_subject_token: Option<UnverifiedSecret>,
    /// `subject_token_type` (RFC 8693 §2.1).
    pub unverified_subject_token_type: Option<String>,
    /// `actor_token` (RFC 8693 §2.1).
    pub unverified_actor_token: Option<UnverifiedSecret>,
    /// `requested_token_type` (RFC 8693 §2.1).
    pub unverified_requested_token_type: Option<String>,
    /// `token`, of an introspection (RFC 7662 §2.1) or a revocation (RFC 7009 §2.1).
    pub unverified_token: Option<UnverifiedSecret>,
}

/// What somebody sent as a secret; it prints nothing and is wiped.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub struct UnverifiedSecret(Zeroizing<String>);

impl UnverifiedSecret {
    /// Takes what was sent.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// What was sent, for the one comparison.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for UnverifiedSecret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl std::fmt::Debug for UnverifiedSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("UnverifiedSecret(…)")
    }
}

/// Why a body is no token request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.description())]
pub enum InvalidTokenRequest {
    /// It is no form.
    Form(#[from] InvalidForm),
    /// RFC 6749 §3.2: parameters must not be included more than once.
    Repeated,
    /// A value exceeds [`MAX_PARAMETER_LENGTH`].
    TooLong,
}

impl InvalidTokenRequest {
    /// One sentence for the caller; it echoes nothing of the input.
    pub fn description(self) -> &'static str {
        match self {
            Self::Form(invalid) => invalid.description(),
            Self::Repeated => "a parameter is repeated",
            Self::TooLong => "a parameter is longer than 8192 bytes",
        }
    }
}

impl TokenRequest {
    /// Reads the form.
    ///
    /// # Errors
    /// The body is no form, repeats a parameter other than `resource` (and, in a token exchange, `audience`), or
    /// has an overlong value.
    pub fn parse(body: &[u8]) -> Result<Self, InvalidTokenRequest> {
        let mut request = Self::default();
        let mut seen = HashSet::new();
        let mut repeats_audience = false;
        for pair in form::parse(body) {
            let (name, value) = pair?;
            if name != "resource" && !seen.insert(name.clone()) {
                if name != "audience" {
                    return Err(InvalidTokenRequest::Repeated);
                }
                repeats_audience = true;
            }
            if value.len() > MAX_PARAMETER_LENGTH {
                return Err(InvalidTokenRequest::TooLong);
            }
            if !value.is_empty() {
                request.take(&name, value.into_owned());
            }
        }
        if repeats_audience && !request.is_token_exchange() {
            return Err(InvalidTokenRequest::Repeated);
        }
        Ok(request)
    }

    fn is_token_exchange(&self) -> bool {
        self.unverified_grant_type.as_deref() == Some(TOKEN_EXCHANGE)
    }

    fn take(&mut self, name: &str, value: String) {
        match name {
            "grant_type" => self.unverified_grant_type = Some(value),
            "scope" => self.unverified_scope = Some(value),
            "client_id" => self.unverified_client_id = Some(value),
            "client_secret" => self.unverified_client_secret = Some(UnverifiedSecret::new(value)),
            "resource" => self.unverified_resources.push(value),
            "client_assertion" => {
                self.unverified_client_assertion = Some(UnverifiedSecret::new(value));
            }
            "client_assertion_type" => self.unverified_client_assertion_type = Some(value),
            "audience" => self.unverified_audiences.push(value),
            "authorization_details" => self.unverified_authorization_details = Some(value),
            "subject_token" => self.unverified_subject_token = Some(UnverifiedSecret::new(value)),
            "subject_token_type" => self.unverified_subject_token_type = Some(value),
            "actor_token" => self.unverified_actor_token = Some(UnverifiedSecret::new(value)),
            "token" => self.unverified_token = Some(UnverifiedSecret::new(value)),
            "requested_token_type" => self.unverified_requested_token_type = Some(value),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_counts_as_absent_and_unknown_is_ignored() {
        let request =
            TokenRequest::parse(b"grant_type=client_credentials&scope=&color=red").unwrap();
        assert_eq!(
            request.unverified_grant_type.as_deref(),
            Some("client_credentials")
        );
        assert_eq!(request.unverified_scope, None);
    }

    #[test]
    fn a_repeat_is_refused_even_when_empty_or_unknown() {
        for body in [
            "scope=a&scope=b",
            "scope=&scope=",
            "x=1&x=1",
            "scope&scope=a",
        ] {
            assert_eq!(
                TokenRequest::parse(body.as_bytes()).unwrap_err(),
                InvalidTokenRequest::Repeated
            );
        }
        assert_eq!(
            TokenRequest::parse(b"resource=a&resource=b")
                .unwrap()
                .unverified_resources
                .len(),
            2
        );
    }

    #[test]
    fn an_audience_repeats_in_a_token_exchange_only() {
        let body = format!("audience=a&audience=b&grant_type={TOKEN_EXCHANGE}");
        let request = TokenRequest::parse(body.as_bytes()).unwrap();
        assert_eq!(request.unverified_audiences, ["a", "b"]);
        for body in ["audience=a&audience=b", "audience=&audience="] {
            assert_eq!(
                TokenRequest::parse(body.as_bytes()).unwrap_err(),
                InvalidTokenRequest::Repeated
            );
        }
    }

    #[test]
    fn a_debug_print_shows_no_secret() {
        for name in [
            "client_secret",
            "client_assertion",
            "subject_token",
            "actor_token",
            "token",
        ] {
            let body = format!("{name}=canary-value");
            let request = TokenRequest::parse(body.as_bytes()).unwrap();
            assert!(!format!("{request:?}").contains("canary"), "{name}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_body_panics(body: Vec<u8>) {
            let _ = TokenRequest::parse(&body);
        }
    }
}
