//! Nothing that anybody sends makes it panic, and nothing but the token that was signed is accepted.

use m2m_jose::{PublicKeys, parse_object};
use proptest::prelude::*;
use serde_json::Value;

use crate::support::{Signer, encode, parse};

proptest! {
    #[test]
    fn any_text_is_parsed_or_refused(text in "\\PC{0,200}") {
        let _ = parse(&text);
    }

    #[test]
    fn any_three_parts_are_parsed_or_refused(
        header in proptest::collection::vec(any::<u8>(), 0..64),
        payload in proptest::collection::vec(any::<u8>(), 0..64),
        signature in proptest::collection::vec(any::<u8>(), 0..80),
        alg in prop::sample::select(&["ES256", "RS256", "EdDSA", "none"][..]),
    ) {
        let key = Signer::new().key();
        let parts = |header: &[u8]| {
            format!("{}.{}.{}", encode(header), encode(&payload), encode(&signature))
        };
        let _ = parse(&parts(&header));
        let headed = parts(format!(r#"{{"alg":"{alg}"}}"#).as_bytes());
        if let Ok(parsed) = parse(&headed) {
            prop_assert!(parsed.verify::<Value>(&key).is_err());
        }
    }

    #[test]
    fn a_token_changed_anywhere_is_refused(at in 0_usize..1000, to in "[A-Za-z0-9._-]") {
        let signer = Signer::new();
        let token = signer.token(r#"{"alg":"ES256","kid":"k"}"#, r#"{"sub":"someone","exp":1}"#);
        let at = at % token.len();
        let changed = format!("{}{to}{}", &token[..at], &token[at + 1..]);
        prop_assume!(changed != token);
        if let Ok(parsed) = parse(&changed) {
            prop_assert!(parsed.verify::<Value>(&signer.key()).is_err());
        }
    }

    #[test]
    fn any_bytes_are_a_set_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = PublicKeys::published(&bytes);
        let _ = parse_object::<Value>(&bytes);
    }

    #[test]
    fn any_members_are_a_key_or_refused(
        kty in prop::sample::select(&["EC", "RSA", "OKP", "oct", ""][..]),
        crv in prop::sample::select(&["P-256", "Ed25519", "X25519", ""][..]),
        x in proptest::collection::vec(any::<u8>(), 0..40),
        n in proptest::collection::vec(any::<u8>(), 0..300),
        e in proptest::collection::vec(any::<u8>(), 0..9),
    ) {
        let jwk = serde_json::json!({
            "kty": kty, "crv": crv, "x": encode(&x), "y": encode(&x), "n": encode(&n), "e": encode(&e),
        });
        let set = serde_json::json!({"keys": [jwk]}).to_string();
        let _ = PublicKeys::registered(set.as_bytes());
    }
}
