//! The body of `POST /oauth/token`, RFC 6749 §4.4.2.

use std::collections::HashSet;

use zeroize::Zeroizing;

use crate::form::{self, InvalidForm};

/// The longest value of a parameter, in bytes after decoding.
pub const MAX_PARAMETER_LENGTH: usize = 8_192;

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
    /// Every `resource` (RFC 8707 §2).
    pub unverified_resources: Vec<String>,
    /// `client_assertion` or `client_assertion_type` was there (RFC 7521 §4.2).
    pub has_client_assertion: bool,
}

/// What somebody sent as a secret; it prints nothing and is wiped.
#[derive(Clone, PartialEq, Eq)]
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
    /// The body is no form, repeats a parameter other than `resource`, or has an overlong value.
    pub fn parse(body: &[u8]) -> Result<Self, InvalidTokenRequest> {
        let mut request = Self::default();
        let mut seen = HashSet::new();
        for pair in form::parse(body) {
            let (name, value) = pair?;
            if name != "resource" && !seen.insert(name.clone()) {
                return Err(InvalidTokenRequest::Repeated);
            }
            if value.len() > MAX_PARAMETER_LENGTH {
                return Err(InvalidTokenRequest::TooLong);
            }
            if !value.is_empty() {
                request.take(&name, value.into_owned());
            }
        }
        Ok(request)
    }

    fn take(&mut self, name: &str, value: String) {
        match name {
            "grant_type" => self.unverified_grant_type = Some(value),
            "scope" => self.unverified_scope = Some(value),
            "client_id" => self.unverified_client_id = Some(value),
            "client_secret" => self.unverified_client_secret = Some(UnverifiedSecret::new(value)),
            "resource" => self.unverified_resources.push(value),
            "client_assertion" | "client_assertion_type" => self.has_client_assertion = true,
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
    fn a_debug_print_shows_no_secret() {
        let request = TokenRequest::parse(b"client_secret=canary-value").unwrap();
        assert!(!format!("{request:?}").contains("canary"));
    }

    proptest::proptest! {
        #[test]
        fn no_body_panics(body: Vec<u8>) {
            let _ = TokenRequest::parse(&body);
        }
    }
}
