//! K1: the published keys.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use jsonwebtoken::jwk::{Jwk, ThumbprintHash};
use m2m_core::keys::SigningAlgorithm;
use m2m_tests::service::{self, Setup, TestService};
use serde_json::{Map, Value};

async fn keys_of(algorithm: SigningAlgorithm) -> Vec<Map<String, Value>> {
    let setup = Setup {
        algorithm,
        after: None,
        ..Setup::default()
    };
    let service = service::start_with(setup).await;
    let answer = service.get("/.well-known/jwks.json").send().await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type"),
        Some("application/jwk-set+json")
    );
    let set = answer.json();
    let members: Vec<_> = set.as_object().unwrap().keys().collect();
    assert_eq!(members, ["keys"]);
    let keys = set["keys"].as_array().unwrap().clone();
    keys.iter()
        .map(|key| key.as_object().unwrap().clone())
        .collect()
}

/// The bytes of an unpadded base64url member.
fn bytes(key: &Map<String, Value>, member: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD
        .decode(key[member].as_str().unwrap())
        .unwrap()
}

/// What a key of every kind must be, and exactly the members it may have.
fn assert_public(keys: &[Map<String, Value>], algorithm: SigningAlgorithm, members: &[&str]) {
    assert_eq!(keys.len(), 2, "one that signs and one that will");
    assert_ne!(keys[0]["kid"], keys[1]["kid"]);
    for key in keys {
        // An exact list: no private member can hide.
        assert_eq!(key.keys().collect::<Vec<_>>(), members);
        assert_eq!(key["use"], "sig");
        assert_eq!(key["alg"], algorithm.as_str());
        let jwk: Jwk = serde_json::from_value(Value::Object(key.clone())).unwrap();
        let thumbprint = jwk.thumbprint(ThumbprintHash::SHA256).unwrap();
        assert_eq!(key["kid"], thumbprint);
    }
}

#[tokio::test]
async fn k01_es256_keys_are_published_whole_and_public() {
    let keys = keys_of(SigningAlgorithm::Es256).await;
    let members = ["alg", "crv", "kid", "kty", "use", "x", "y"];
    assert_public(&keys, SigningAlgorithm::Es256, &members);
    for key in &keys {
        assert_eq!((&key["kty"], &key["crv"]), (&"EC".into(), &"P-256".into()));
        assert_eq!((bytes(key, "x").len(), bytes(key, "y").len()), (32, 32));
    }
}

#[tokio::test]
async fn k01_rs256_keys_have_2048_bits() {
    let keys = keys_of(SigningAlgorithm::Rs256).await;
    let members = ["alg", "e", "kid", "kty", "n", "use"];
    assert_public(&keys, SigningAlgorithm::Rs256, &members);
    for key in &keys {
        assert_eq!(key["kty"], "RSA");
        let modulus = bytes(key, "n");
        assert!(modulus.len() >= 256 && modulus[0] & 0x80 != 0, "2048 bits");
        assert_eq!(bytes(key, "e"), [1, 0, 1]);
    }
}

#[tokio::test]
async fn k01_eddsa_keys_are_okp() {
    let keys = keys_of(SigningAlgorithm::EdDsa).await;
    let members = ["alg", "crv", "kid", "kty", "use", "x"];
    assert_public(&keys, SigningAlgorithm::EdDsa, &members);
    for key in &keys {
        assert_eq!(
            (&key["kty"], &key["crv"]),
            (&"OKP".into(), &"Ed25519".into())
        );
        assert_eq!(bytes(key, "x").len(), 32);
    }
}

#[tokio::test]
async fn k01_the_keys_may_be_kept_for_a_while() {
    let service = service::start().await;
    let answer = service.get("/.well-known/jwks.json").send().await;
    assert_eq!(answer.header("cache-control"), Some("public, max-age=300"));
}

/// As docs/operations.md tells to do when a key has leaked.
#[tokio::test]
async fn k01_removed_keys_are_made_anew_and_what_they_signed_dies() {
    let running = service::start().await;
    let token = running.manager("clients:read").await;
    let jwks = running.get("/.well-known/jwks.json").send().await.json();
    let secrets = aws_sdk_secretsmanager::Client::new(&running.stand_in.sdk_config());
    let remove = secrets.delete_secret().secret_id("m2m/test/signing-keys");
    remove
        .force_delete_without_recovery(true)
        .send()
        .await
        .unwrap();

    let setup = Setup {
        after: Some(running.left()),
        ..Setup::default()
    };
    let started = service::start_with(setup).await;
    let others = started.get("/.well-known/jwks.json").send().await.json();
    for key in others["keys"].as_array().unwrap() {
        assert!(!jwks["keys"].as_array().unwrap().contains(key));
    }
    assert_eq!(status_of_me(&started, &token).await, 401);
    // Whoever ran on reads the keys again within five minutes.
    running.clock.advance(SignedDuration::from_secs(301));
    assert_eq!(status_of_me(&running, &token).await, 401);
    let token = running.management_token("manager", "clients:read").await;
    assert_eq!(status_of_me(&started, &token).await, 200);
}

async fn status_of_me(service: &TestService, token: &str) -> u16 {
    service.get("/v1/me").bearer(token).send().await.status
}
