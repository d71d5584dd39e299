//! Sets of keys.

use m2m_jose::{InvalidKeySet, InvalidPublicKey, PublicKey, PublicKeys};
use serde_json::{Value, json};

use crate::support::{Signer, encode, parse};

fn with(mut jwk: Value, member: &str, value: Value) -> Value {
    jwk[member] = value;
    jwk
}

fn registered(keys: Value) -> Result<PublicKeys, InvalidKeySet> {
    PublicKeys::registered(json!({"keys": keys}).to_string().as_bytes())
}

fn published(keys: Value) -> PublicKeys {
    PublicKeys::published(json!({"keys": keys}).to_string().as_bytes()).unwrap()
}

#[track_caller]
fn refused(jwk: &Value, expected: InvalidPublicKey) {
    assert_eq!(PublicKey::from_jwk(jwk).unwrap_err(), expected, "{jwk}");
    assert_eq!(
        registered(json!([Signer::new().jwk(), jwk])).unwrap_err(),
        InvalidKeySet::Key(1, expected)
    );
    assert_eq!(published(json!([jwk])).iter().count(), 0, "{jwk}");
}

#[test]
fn h35_private_symmetric_and_other_keys_are_refused() {
    let jwk = Signer::new().jwk();
    for member in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        refused(
            &with(jwk.clone(), member, json!("AA")),
            InvalidPublicKey::Private,
        );
    }
    refused(
        &json!({"kty": "oct", "k": "AA"}),
        InvalidPublicKey::Symmetric,
    );
    refused(
        &with(jwk.clone(), "use", json!("enc")),
        InvalidPublicKey::OtherUse,
    );
    refused(
        &with(jwk.clone(), "key_ops", json!(["sign"])),
        InvalidPublicKey::OtherUse,
    );
    for alg in ["HS256", "none", "RS256", "EdDSA", "ECDH-ES"] {
        refused(
            &with(jwk.clone(), "alg", json!(alg)),
            InvalidPublicKey::Algorithm,
        );
    }
    refused(
        &with(jwk.clone(), "crv", json!("P-384")),
        InvalidPublicKey::Algorithm,
    );
    refused(
        &json!({"kty": "OKP", "crv": "X25519", "x": encode([9; 32])}),
        InvalidPublicKey::Algorithm,
    );
}

#[test]
fn malformed_keys_are_refused() {
    let jwk = Signer::new().jwk();
    for (member, value) in [
        ("x", json!(encode([1; 31]))),
        ("x", json!(encode([1; 33]))),
        ("x", json!(1)),
        ("y", json!(null)),
        ("y", json!(format!("{}=", encode([1; 32])))),
        ("kid", json!(7)),
        ("kty", json!(["EC"])),
    ] {
        refused(
            &with(jwk.clone(), member, value),
            InvalidPublicKey::Malformed,
        );
    }
    refused(&json!("key"), InvalidPublicKey::Malformed);
    // Not a point of the curve.
    refused(
        &with(jwk, "y", json!(encode([1; 32]))),
        InvalidPublicKey::Rejected,
    );
}

#[test]
fn an_rsa_key_has_2048_to_8192_bits() {
    let rsa = |bytes: usize| {
        let modulus = [&[0x80], vec![7; bytes - 1].as_slice()].concat();
        json!({"kty": "RSA", "n": encode(modulus), "e": "AQAB"})
    };
    for bytes in [64, 128, 255, 1025] {
        refused(&rsa(bytes), InvalidPublicKey::Rejected);
    }
    for bytes in [256, 384, 512, 1024] {
        assert!(PublicKey::from_jwk(&rsa(bytes)).is_ok(), "{bytes}");
    }
    let padded = encode([&[0, 0x80], vec![7; 255].as_slice()].concat());
    refused(
        &json!({"kty": "RSA", "n": padded, "e": "AQAB"}),
        InvalidPublicKey::Malformed,
    );
}

#[test]
fn a_set_is_bounded() {
    let jwk = Signer::new().jwk();
    assert_eq!(
        registered(json!(vec![jwk; 101])).unwrap_err(),
        InvalidKeySet::TooLarge
    );
    let long = format!(r#"{{"keys":[],"a":"{}"}}"#, "a".repeat(65_536));
    assert_eq!(
        PublicKeys::published(long.as_bytes()).unwrap_err(),
        InvalidKeySet::TooLarge
    );
    assert_eq!(registered(json!([])).unwrap_err(), InvalidKeySet::Empty);
    for json in [
        "",
        "[]",
        r#"{"keys":{}}"#,
        r#"{"keys":[],"keys":[]}"#,
        "null",
    ] {
        let refused = PublicKeys::published(json.as_bytes()).unwrap_err();
        assert_eq!(refused, InvalidKeySet::Malformed, "{json}");
    }
}

#[test]
fn a_key_is_found_by_kid_or_as_the_only_one_that_fits() {
    let (one, two) = (Signer::new(), Signer::new());
    let both = published(json!([with(one.jwk(), "kid", json!("one")), two.jwk()]));
    let found = |set: &PublicKeys, header: Value| {
        let token = one.token(&header.to_string(), "{}");
        let parsed = parse(&token).unwrap();
        let found = set.find(parsed.header());
        found.map(|key| key.thumbprint().to_owned())
    };
    let (first, second) = (
        one.key().thumbprint().to_owned(),
        two.key().thumbprint().to_owned(),
    );
    assert_eq!(
        found(&both, json!({"alg": "ES256", "kid": "one"})),
        Some(first.clone())
    );
    // Without a kid of its own, a key is called by its thumbprint.
    assert_eq!(
        found(&both, json!({"alg": "ES256", "kid": second})),
        Some(second)
    );
    assert_eq!(found(&both, json!({"alg": "ES256", "kid": "three"})), None);
    assert_eq!(found(&both, json!({"alg": "RS256", "kid": "one"})), None);
    assert_eq!(found(&both, json!({"alg": "ES256"})), None);
    let alone = published(json!([one.jwk()]));
    assert_eq!(found(&alone, json!({"alg": "ES256"})), Some(first));
    assert_eq!(found(&alone, json!({"alg": "EdDSA"})), None);
}

#[test]
fn a_key_is_found_among_registered_keys_as_in_the_set() {
    let (one, two) = (Signer::new(), Signer::new());
    let named = with(one.jwk(), "kid", json!("one"));
    let second = two.key().thumbprint().to_owned();
    for keys in [
        json!([named, two.jwk()]),
        json!([named]),
        json!([two.jwk(), named, two.jwk()]),
    ] {
        let set = registered(keys.clone()).unwrap();
        for header in [
            json!({"alg": "ES256", "kid": "one"}),
            json!({"alg": "ES256", "kid": second}),
            json!({"alg": "ES256", "kid": "three"}),
            json!({"alg": "RS256", "kid": "one"}),
            json!({"alg": "ES256"}),
        ] {
            let token = one.token(&header.to_string(), "{}");
            let parsed = parse(&token).unwrap();
            let keys = keys.as_array().unwrap();
            let among = PublicKeys::find_in(keys, parsed.header());
            let in_set = set.find(parsed.header());
            assert_eq!(
                among.as_ref().map(PublicKey::thumbprint),
                in_set.map(|key| key.thumbprint()),
                "{header}"
            );
        }
    }
}

/// A key that is no point of its curve is noticed by whoever makes it ready, and by nobody else.
#[test]
fn of_registered_keys_only_the_named_one_is_made_ready() {
    let one = Signer::new();
    let named = with(one.jwk(), "kid", json!("one"));
    let mut elsewhere = with(Signer::new().jwk(), "kid", json!("two"));
    elsewhere["x"] = json!(encode([1; 32]));
    assert_eq!(
        PublicKey::from_jwk(&elsewhere).unwrap_err(),
        InvalidPublicKey::Rejected
    );
    let keys = [
        named,
        elsewhere.clone(),
        with(elsewhere, "kid", json!("one")),
    ];
    let found = |keys: &[Value]| {
        let token = one.token(r#"{"alg":"ES256","kid":"one"}"#, "{}");
        PublicKeys::find_in(keys, parse(&token).unwrap().header()).is_some()
    };
    assert!(found(&keys[..2]));
    assert!(
        !found(&keys),
        "two of a name are seen before either is made ready"
    );
    let thumbprint = one.key().thumbprint().to_owned();
    assert!(PublicKeys::has_thumbprint(&keys, &thumbprint));
    assert!(!PublicKeys::has_thumbprint(&keys[1..], &thumbprint));
}
