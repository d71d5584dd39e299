//! Forged signatures, HOSTILE 28, 29 and 31.

use m2m_jose::{MalformedJws, NotVerified, PublicKey};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::{Signer, encode, parse};

const HEADER: &str = r#"{"alg":"ES256"}"#;

#[track_caller]
fn refused(token: &str, key: &PublicKey) {
    let verified = parse(token).unwrap().verify::<Value>(key);
    assert!(matches!(verified, Err(NotVerified::Signature)), "{token}");
}

/// The token with another signature.
fn resigned(token: &str, signature: &[u8]) -> String {
    let (signed, _) = token.rsplit_once('.').unwrap();
    format!("{signed}.{}", encode(signature))
}

#[test]
fn h29_forged_es256_signatures_are_refused() {
    let signer = Signer::new();
    let (key, token) = (signer.key(), signer.token(HEADER, "{}"));
    assert!(parse(&token).unwrap().verify::<Value>(&key).is_ok());
    let (signed, _) = token.rsplit_once('.').unwrap();
    let good = signer.signature(signed);
    // The order of P-256, FIPS 186-4 D.1.2.3: r and s have to be below it.
    let order: Vec<u8> = [
        0xffff_ffff_u32,
        0x0000_0000,
        0xffff_ffff,
        0xffff_ffff,
        0xbce6_faad,
        0xa717_9e84,
        0xf3b9_cac2,
        0xfc63_2551,
    ]
    .iter()
    .flat_map(|word| word.to_be_bytes())
    .collect();
    let der = [
        &[0x30, 0x44, 0x02, 0x20],
        &good[..32],
        &[0x02, 0x20],
        &good[32..],
    ]
    .concat();
    let forged: [&[u8]; 10] = [
        &[],
        &[0; 64],
        &[0xff; 64],
        &good[..63],
        &[&good[..], &[0]].concat(),
        &[&[0; 32], &good[32..]].concat(),
        &[&good[..32], &[0; 32]].concat(),
        &[&order, &good[32..]].concat(),
        &[&good[..32], &order].concat(),
        &der,
    ];
    for signature in forged {
        refused(&resigned(&token, signature), &key);
    }
}

#[test]
fn h29_an_all_zero_signature_is_refused_by_every_kind_of_key() {
    let ed25519 = json!({
        "kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    });
    let modulus = [&[0x80], [7; 255].as_slice()].concat();
    let rsa = json!({"kty": "RSA", "n": encode(modulus), "e": "AQAB"});
    for (jwk, alg, length) in [(ed25519, "EdDSA", 64), (rsa, "RS256", 256)] {
        let key = PublicKey::from_jwk(&jwk).unwrap();
        let signed = format!(
            r#"{}.{}"#,
            encode(format!(r#"{{"alg":"{alg}"}}"#)),
            encode("{}")
        );
        for length in [length, 0, length - 1, length + 1] {
            refused(&format!("{signed}.{}", encode(vec![0; length])), &key);
        }
    }
}

#[test]
fn h28_the_algorithm_is_the_keys() {
    let signer = Signer::new();
    for alg in ["RS256", "EdDSA"] {
        let token = signer.token(&format!(r#"{{"alg":"{alg}"}}"#), "{}");
        let verified = parse(&token).unwrap().verify::<Value>(&signer.key());
        assert!(matches!(verified, Err(NotVerified::OtherAlgorithm)));
    }
}

#[test]
fn h28_keys_that_a_token_brings_are_not_looked_at() {
    let (signer, trusted) = (Signer::new(), Signer::new());
    let header = json!({
        "alg": "ES256", "jwk": signer.jwk(), "jku": "https://evil.example/keys",
        "x5u": "https://evil.example/chain", "x5c": ["AA"], "kid": "../../dev/null' OR 1=1",
    });
    let token = signer.token(&header.to_string(), "{}");
    refused(&token, &trusted.key());
    let parsed = parse(&token).unwrap();
    let embedded = parsed.embedded_key().unwrap().unwrap();
    assert_eq!(embedded.thumbprint(), signer.key().thumbprint());
}

#[test]
fn an_embedded_key_must_be_public() {
    let signer = Signer::new();
    let mut jwk = signer.jwk();
    jwk["d"] = json!(encode([1; 32]));
    for jwk in [jwk, json!({"kty": "oct", "k": "AA"}), json!("x"), json!({})] {
        let token = signer.token(&json!({"alg": "ES256", "jwk": jwk}).to_string(), "{}");
        assert!(parse(&token).unwrap().embedded_key().is_err(), "{jwk}");
    }
    let token = signer.token(HEADER, "{}");
    assert!(parse(&token).unwrap().embedded_key().unwrap().is_none());
}

#[test]
fn h31_a_token_has_one_text() {
    let signer = Signer::new();
    let token = signer.token(HEADER, r#"{"a":1}"#);
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let (header, payload) = signed.split_once('.').unwrap();
    for other in [
        String::new(),
        "..".to_owned(),
        signed.to_owned(),
        format!("{token}."),
        format!("{token}.{signature}"),
        format!(".{token}"),
        format!("{token}="),
        format!("{token}\n"),
        format!(" {token}"),
        format!("{header}=.{payload}.{signature}"),
        format!("{header}.{payload}==.{signature}"),
        format!("{header}.{payload}\u{a0}.{signature}"),
    ] {
        assert!(parse(&other).is_err(), "{other:?}");
    }
    // 64 bytes leave 4 spare bits in the last of 86 characters, which have to be zero.
    let last = token.chars().last().unwrap();
    let spare = char::from(last as u8 + 1);
    assert_eq!(
        parse(&format!("{}{spare}", &token[..token.len() - 1])).unwrap_err(),
        MalformedJws::Parts
    );
}

#[test]
fn h29_a_long_token_is_not_read() {
    let long = "a".repeat(1024 * 1024);
    assert_eq!(parse(&long).unwrap_err(), MalformedJws::TooLong);
}

#[derive(Debug, Deserialize)]
struct Claims {
    #[expect(dead_code, reason = "its type is what matters")]
    exp: i64,
}

#[test]
fn h30_a_claim_of_the_wrong_type_is_refused() {
    let signer = Signer::new();
    let claims = |payload: &str| {
        let token = signer.token(HEADER, payload);
        parse(&token).unwrap().verify::<Claims>(&signer.key())
    };
    assert!(claims(r#"{"exp":1,"other":[{}]}"#).is_ok());
    for payload in [
        "",
        "{}",
        "[1]",
        r#"{"exp":"1"}"#,
        r#"{"exp":null}"#,
        r#"{"exp":1,"exp":1}"#,
        r#"{"exp":1,"b":{"c":1,"c":1}}"#,
        r#"{"exp":1}x"#,
    ] {
        assert!(
            matches!(claims(payload), Err(NotVerified::Claims(_))),
            "{payload}"
        );
    }
}
