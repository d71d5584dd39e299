//! J6 and HOSTILE 28 to 31: which tokens hold.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use m2m_verify::{InvalidToken, Refusal};
use serde_json::{Value, json};

use crate::issuer::{
    AUDIENCE, ISSUER, Issuer, JWKS, Key, METADATA, NOW, SNAPSHOT, bearer, claims, encode, with,
};

#[track_caller]
fn why(result: Result<m2m_verify::Verified, Refusal>) -> InvalidToken {
    match result {
        Err(Refusal::Token(why)) => why,
        other => panic!("{other:?}"),
    }
}

/// Refused for that reason.
async fn refused(issuer: &Issuer, token: &str, expected: InvalidToken) {
    let why = why(bearer(&issuer.verifier(), token).await);
    assert_eq!(why, expected, "{token}");
}

/// Refused without a fetch.
async fn refused_at_once(issuer: &Issuer, token: &str) -> InvalidToken {
    let why = why(bearer(&issuer.verifier(), token).await);
    let fetches = [METADATA, JWKS, SNAPSHOT].map(|path| issuer.fetches(path));
    assert_eq!(fetches, [0; 3], "{token}: {why}");
    why
}

#[tokio::test]
async fn j06_a_token_of_ours_holds_and_says_who_calls() {
    let issuer = Issuer::new();
    let verified = bearer(&issuer.verifier(), &issuer.key().token(&claims()))
        .await
        .unwrap();
    assert_eq!(verified.client_id().as_str(), "m2m_payments");
    assert_eq!(verified.subject().as_str(), "local|ada");
    assert_eq!(verified.organization().as_str(), "acme");
    assert_eq!(verified.scopes().to_string(), "orders:read orders:write");
    assert!(verified.require("orders:read").is_ok());
    let lacking = verified.require("orders:delete").unwrap_err();
    assert!(matches!(lacking, Refusal::InsufficientScope(scope) if scope == "orders:delete"));
}

#[tokio::test]
async fn j06_the_scopes_that_every_token_needs_are_demanded() {
    let issuer = Issuer::new();
    let token = issuer.key().token(&claims());
    let verifier = |scope| {
        issuer
            .builder()
            .required_scopes(["orders:read", scope])
            .build()
            .unwrap()
    };
    assert!(bearer(&verifier("orders:write"), &token).await.is_ok());
    let refused = bearer(&verifier("Orders:write"), &token).await.unwrap_err();
    assert!(
        matches!(refused, Refusal::InsufficientScope(_)),
        "{refused}"
    );
}

#[tokio::test]
async fn j06_issuer_and_audience_are_compared_to_the_byte() {
    let issuer = Issuer::new();
    for other in [
        "https://auth.example/",
        "https://AUTH.example",
        "http://auth.example",
        "",
    ] {
        let token = issuer.key().token(&with(&json!({ "iss": other })));
        assert_eq!(refused_at_once(&issuer, &token).await, InvalidToken::Issuer);
    }
    for other in [
        "https://api.example/",
        "https://api.example/v1",
        "urn:other",
    ] {
        let token = issuer.key().token(&with(&json!({ "aud": other })));
        assert_eq!(
            refused_at_once(&issuer, &token).await,
            InvalidToken::Audience
        );
    }
}

#[tokio::test]
async fn j06_times_hold_with_a_leeway() {
    let issuer = Issuer::new();
    let verifier = issuer.verifier();
    for (change, holds) in [
        (json!({"exp": NOW + 1}), true),
        (json!({"exp": NOW - 9}), true),
        (json!({"exp": NOW - 10}), false),
        (json!({"exp": 0}), false),
        (json!({"nbf": NOW + 10}), true),
        (json!({"nbf": NOW + 11}), false),
    ] {
        let token = issuer.key().token(&with(&change));
        let result = bearer(&verifier, &token).await;
        assert_eq!(result.is_ok(), holds, "{change}: {result:?}");
    }
}

#[tokio::test]
async fn j06_only_an_access_token_is_one() {
    let issuer = Issuer::new();
    let key = issuer.key();
    for typ in [
        "JWT",
        "revocations+jwt",
        "dpop+jwt",
        "token-introspection+jwt",
        "",
    ] {
        let token = key.sign(&key.header(typ), &claims());
        assert_eq!(refused_at_once(&issuer, &token).await, InvalidToken::Type);
    }
    let mut without = key.header("at+jwt");
    without.as_object_mut().unwrap().remove("typ");
    let token = key.sign(&without, &claims());
    assert_eq!(refused_at_once(&issuer, &token).await, InvalidToken::Type);
    // RFC 9068 §4: the media type in its long form is the same.
    let token = key.sign(&key.header("application/at+jwt"), &claims());
    assert!(bearer(&issuer.verifier(), &token).await.is_ok());
}

#[tokio::test]
async fn h28_no_other_algorithm_is_looked_at() {
    let issuer = Issuer::new();
    let key = issuer.key();
    for alg in [
        "none", "None", "nOnE", "HS256", "HS512", "ES384", "PS256", "es256", "",
    ] {
        let mut header = key.header("at+jwt");
        header["alg"] = json!(alg);
        let token = key.sign(&header, &claims());
        refused_at_once(&issuer, &token).await;
        let (unsigned, _) = token.rsplit_once('.').unwrap();
        refused_at_once(&issuer, &format!("{unsigned}.")).await;
    }
}

#[tokio::test]
async fn h28_a_public_key_is_no_secret_to_hash_with() {
    let issuer = Issuer::new();
    let key = issuer.key();
    let header = json!({"alg": "HS256", "typ": "at+jwt", "kid": key.kid});
    let signed = format!(
        "{}.{}",
        encode(header.to_string().as_bytes()),
        encode(claims().to_string().as_bytes())
    );
    let jwk = key.jwk().to_string();
    let secret = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, jwk.as_bytes());
    let tag = aws_lc_rs::hmac::sign(&secret, signed.as_bytes());
    refused_at_once(&issuer, &format!("{signed}.{}", encode(tag.as_ref()))).await;
}

#[tokio::test]
async fn h28_a_key_that_the_token_brings_or_names_is_not_used() {
    let issuer = Issuer::new();
    let own = Key::new("first");
    for (member, value) in [
        ("jwk", own.jwk()),
        ("jku", json!("https://evil.example/jwks.json")),
        ("x5u", json!("https://evil.example/cert.pem")),
        ("x5c", json!(["AA=="])),
    ] {
        let mut header = own.header("at+jwt");
        header[member] = value;
        let token = own.sign(&header, &claims());
        // The issuer that is played refuses to be asked for anything of another origin.
        refused(&issuer, &token, InvalidToken::Signature).await;
    }
}

#[tokio::test]
async fn h28_a_key_id_is_only_compared() {
    let issuer = Issuer::new();
    for kid in [
        "../../../dev/null",
        "' OR 1=1 --",
        "https://evil.example/",
        "first\u{0}",
        "",
    ] {
        let mut header = issuer.key().header("at+jwt");
        header["kid"] = json!(kid);
        let token = issuer.key().sign(&header, &claims());
        refused(&issuer, &token, InvalidToken::UnknownKey).await;
    }
    let token = issuer
        .key()
        .sign(&json!({"alg": "ES256", "typ": "at+jwt"}), &claims());
    refused(&Issuer::new(), &token, InvalidToken::UnknownKey).await;
}

#[tokio::test]
async fn h28_no_critical_extension_is_understood() {
    let issuer = Issuer::new();
    let mut header = issuer.key().header("at+jwt");
    header["crit"] = json!(["exp"]);
    let token = issuer.key().sign(&header, &claims());
    refused_at_once(&issuer, &token).await;
}

#[tokio::test]
async fn h29_signatures_that_are_none_are_refused() {
    let issuer = Issuer::new();
    let token = issuer.key().token(&claims());
    let (signed, signature) = token.rsplit_once('.').unwrap();
    // The order of the group, which r and s have to be below.
    let order = [
        0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc,
        0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ];
    let der = [0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01];
    for bytes in [
        &[0; 64][..],
        &[order, order].concat(),
        &[0xff; 64],
        &der,
        &[],
    ] {
        let forged = format!("{signed}.{}", encode(bytes));
        refused(&issuer, &forged, InvalidToken::Signature).await;
    }
    let whole = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let truncated = format!("{signed}.{}", encode(&whole[..60]));
    refused(&issuer, &truncated, InvalidToken::Signature).await;
}

#[tokio::test]
async fn h29_what_is_no_token_costs_nothing() {
    let issuer = Issuer::new();
    let token = issuer.key().token(&claims());
    let megabyte = format!("{token}{}", "A".repeat(1 << 20));
    let repeated = {
        let (header, rest) = token.split_once('.').unwrap();
        let (_, signature) = rest.split_once('.').unwrap();
        let twice = claims()
            .to_string()
            .replacen('{', r#"{"iss":"https://evil.example","#, 1);
        format!("{header}.{}.{signature}", encode(twice.as_bytes()))
    };
    for garbage in [
        "", ".", "..", "a.b.c", "a.b.c.d", "\u{0}", &megabyte, &repeated,
    ] {
        refused_at_once(&issuer, garbage).await;
    }
}

#[tokio::test]
async fn h30_a_claim_of_the_wrong_type_is_refused() {
    let issuer = Issuer::new();
    for (claim, value) in [
        ("iss", json!([ISSUER])),
        ("aud", json!({AUDIENCE: true})),
        ("aud", json!([])),
        ("exp", json!("9999999999")),
        ("exp", Value::Null),
        ("nbf", json!("0")),
        ("iat", json!("now")),
        ("sub", json!(7)),
        ("scope", json!(["orders:read"])),
        ("client_id", json!(["m2m_payments"])),
        ("jti", json!(1)),
        ("gen", json!(1)),
        ("gen", Value::Null),
        ("cnf", json!("jkt")),
        ("cnf", json!({"jkt": 1})),
        ("cnf", json!({"kid": "other"})),
        ("anc", json!({"jti": "0a"})),
    ] {
        let token = issuer.key().token(&with(&json!({ claim: value })));
        let why = why(bearer(&issuer.verifier(), &token).await);
        assert_eq!(why, InvalidToken::Claims, "{claim} {value}");
    }
}

#[tokio::test]
async fn h31_only_canonical_base64url_is_a_token() {
    let issuer = Issuer::new();
    let token = issuer.key().token(&claims());
    let mut parts = token.split('.');
    let (header, payload, signature) = (
        parts.next().unwrap(),
        parts.next().unwrap(),
        parts.next().unwrap(),
    );
    // 64 bytes leave four spare bits in the last character.
    let last = signature.chars().last().unwrap();
    let other = if last == 'A' {
        'B'
    } else {
        char::from(last as u8 + 1)
    };
    let spare = format!("{}{other}", &signature[..signature.len() - 1]);
    for text in [
        format!("{token}="),
        format!("{token}\n"),
        format!(" {token}"),
        format!("{header}=.{payload}.{signature}"),
        format!("{header}.{payload}.{}", signature.replace(['-', '_'], "+")),
        format!("{header}.{payload}.{spare}"),
    ] {
        if text != token {
            refused_at_once(&issuer, &text).await;
        }
    }
}
