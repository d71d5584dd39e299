//! HTTP Basic as OAuth uses it: RFC 7617 with the form encoding of RFC 6749 §2.3.1 inside.

use base64::Engine;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use m2m_types::form;
use m2m_types::token_request::UnverifiedSecret;
use zeroize::Zeroizing;

/// The standard alphabet; padding is optional, since some clients leave it out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Reads `Basic base64(urlencode(id) ":" urlencode(secret))`; the scheme in any case.
///
/// None: the value is of another form, or of another scheme.
pub(super) fn parse(authorization: &[u8]) -> Option<(String, UnverifiedSecret)> {
    let text = std::str::from_utf8(authorization).ok()?;
    let (scheme, encoded) = text.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = Zeroizing::new(BASE64.decode(encoded.trim_matches(' ')).ok()?);
    let colon = decoded.iter().position(|b| *b == b':')?;
    let id = form::decode(&decoded[..colon]).ok()?.into_owned();
    let secret = form::decode(&decoded[colon + 1..]).ok()?;
    Some((id, UnverifiedSecret::new(secret)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(authorization: &str, expected: Option<(&str, &str)>) {
        let parsed = parse(authorization.as_bytes());
        assert_eq!(
            parsed
                .as_ref()
                .map(|(id, secret)| (id.as_str(), secret.expose())),
            expected
        );
    }

    fn basic(plain: &str) -> String {
        format!("Basic {}", BASE64.encode(plain))
    }

    #[test]
    fn the_scheme_is_case_insensitive() {
        check(&basic("a:b"), Some(("a", "b")));
        check(&basic("a:b").replace("Basic", "bAsIc"), Some(("a", "b")));
        check(&basic("a:b").replace("Basic", "Bearer"), None);
    }

    #[test]
    fn id_and_secret_are_decoded_after_base64() {
        check(
            &basic("an%3Aidentifier:+%25%26%2B%C2%A3%E2%82%AC"),
            Some(("an:identifier", " %&+£€")),
        );
        check(&basic("id:with:colon"), Some(("id", "with:colon")));
    }

    #[test]
    fn anything_else_is_nothing() {
        for text in ["", "Basic", "Basic ", "Basic !!!", "Basic YQ==", "Basic Og"] {
            let parsed = parse(text.as_bytes());
            assert!(parsed.is_none_or(|(id, _)| id.is_empty()), "{text:?}");
        }
        check(&basic("a:%zz"), None);
        assert!(parse(b"Basic \xff").is_none());
    }
}
