//! W1 with an issuer that is none of ours: its metadata, keys and ID tokens are made by a library of OpenID Connect.

use std::collections::BTreeMap;

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{Ed25519KeyPair, RsaKeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use m2m_core::client_auth::AuthMethod;
use m2m_tests::assertions::{ask_with, registered};
use m2m_tests::call::Answer;
use m2m_tests::jwt;
use m2m_tests::outside::Outside;
use m2m_tests::service::{self, TestService};
use m2m_types::admin::credentials::Trust;
use openidconnect::core::{
    CoreEdDsaPrivateSigningKey, CoreIdToken, CoreIdTokenClaims, CoreJsonWebKey, CoreJsonWebKeySet,
    CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreResponseType, CoreRsaPrivateSigningKey,
    CoreSubjectIdentifierType,
};
use openidconnect::{
    AuthUrl, EmptyAdditionalProviderMetadata, IssuerUrl, JsonWebKey, JsonWebKeyId,
    JsonWebKeySetUrl, PrivateSigningKey, ResponseTypes,
};
use serde_json::{Value, json};

use crate::support::{ID, assert_refused, secret, with_payments};

const AUDIENCE: &str = "https://m2m.example";
const SUBJECT: &str = "workload-payments";

/// What the library signs with, of all that this service takes: it has no private key for ES256.
struct Signer<K> {
    key: K,
    algorithm: CoreJwsSigningAlgorithm,
}

fn rs256() -> Signer<CoreRsaPrivateSigningKey> {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let pkcs8 = pair.as_der().unwrap();
    // The library wants the key as PKCS #1 has it. PKCS #8 puts 26 bytes before that, for a key of this size.
    let pem = pem("RSA PRIVATE KEY", &pkcs8.as_ref()[26..]);
    let kid = Some(JsonWebKeyId::new("rsa-1".to_owned()));
    Signer {
        key: CoreRsaPrivateSigningKey::from_pem(&pem, kid).unwrap(),
        algorithm: CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    }
}

fn eddsa() -> Signer<CoreEdDsaPrivateSigningKey> {
    let pkcs8 = Ed25519KeyPair::generate().unwrap().to_pkcs8v1().unwrap();
    let kid = Some(JsonWebKeyId::new("ed-1".to_owned()));
    let pem = pem("PRIVATE KEY", pkcs8.as_ref());
    Signer {
        key: CoreEdDsaPrivateSigningKey::from_ed25519_pem(&pem, kid).unwrap(),
        algorithm: CoreJwsSigningAlgorithm::EdDsa,
    }
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(64)
        .map(|line| str::from_utf8(line).unwrap())
        .collect();
    let lines = lines.join("\n");
    format!("-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n")
}

/// A token of that issuer, as the library writes it.
fn id_token<K>(signer: &Signer<K>, claims: &Value) -> String
where
    K: PrivateSigningKey<VerificationKey = CoreJsonWebKey>,
{
    let claims: CoreIdTokenClaims = serde_json::from_value(claims.clone()).unwrap();
    let algorithm = signer.algorithm.clone();
    CoreIdToken::new(claims, &signer.key, algorithm, None, None)
        .unwrap()
        .to_string()
}

fn claims(service: &TestService, issuer: &Outside) -> Value {
    let now = service.now().as_second();
    json!({"iss": issuer.issuer, "aud": [AUDIENCE], "sub": SUBJECT, "iat": now, "exp": now + 600})
}

/// An issuer that publishes what the library says about it, and a service that trusts it.
async fn trusted(keys: Vec<CoreJsonWebKey>) -> (Outside, TestService) {
    let issuer = Outside::start().await;
    let metadata = CoreProviderMetadata::new(
        IssuerUrl::new(issuer.issuer.clone()).unwrap(),
        AuthUrl::new(format!("{}/authorize", issuer.issuer)).unwrap(),
        JsonWebKeySetUrl::new(issuer.jwks_uri()).unwrap(),
        vec![ResponseTypes::new(vec![CoreResponseType::IdToken])],
        vec![CoreSubjectIdentifierType::Public],
        vec![CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256],
        EmptyAdditionalProviderMetadata {},
    );
    issuer.describe(serde_json::to_value(&metadata).unwrap());
    let set = serde_json::to_value(CoreJsonWebKeySet::new(keys)).unwrap();
    issuer.publish(set["keys"].as_array().unwrap());
    let service = service::start().await;
    let trust = Trust {
        issuer: issuer.issuer.clone(),
        subject: SUBJECT.to_owned(),
        subject_is_pattern: false,
        audience: AUDIENCE.to_owned(),
        claims: BTreeMap::new(),
        max_age_seconds: 3600,
        jwks_uri: None,
    };
    let method = AuthMethod::WorkloadIdentity(vec![trust]);
    service.add_client(registered(method)).await;
    (issuer, service)
}

async fn present(service: &TestService, token: &str) -> Answer {
    ask_with(service, token, &[("client_id", ID)]).await
}

/// The token with another byte in its signature.
fn with_another_signature(token: &str) -> String {
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let mut signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    signature[10] ^= 1;
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

async fn holds_as_it_was_signed<K>(service: &TestService, issuer: &Outside, signer: &Signer<K>)
where
    K: PrivateSigningKey<VerificationKey = CoreJsonWebKey>,
{
    let claims = claims(service, issuer);
    let token = id_token(signer, &claims);
    let answer = present(service, &token).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let mut of_another = claims.clone();
    of_another["aud"] = json!(["https://other.example"]);
    let mut of_a_stranger = claims;
    of_a_stranger["sub"] = json!("workload-orders");
    for refused in [
        with_another_signature(&token),
        jwt::with_part(&token, 1, &of_a_stranger),
        id_token(signer, &of_another),
        id_token(signer, &of_a_stranger),
    ] {
        assert_refused(&present(service, &refused).await, 401, "invalid_client");
    }
}

#[tokio::test]
async fn w01_id_tokens_of_an_independent_openid_provider() {
    let (rsa, ed) = (rs256(), eddsa());
    let keys = vec![rsa.key.as_verification_key(), ed.key.as_verification_key()];
    let (issuer, service) = trusted(keys).await;
    holds_as_it_was_signed(&service, &issuer, &rsa).await;
    holds_as_it_was_signed(&service, &issuer, &ed).await;
}

#[tokio::test]
async fn w01_an_id_token_by_a_key_that_the_provider_does_not_publish_is_refused() {
    let (issuer, service) = trusted(vec![rs256().key.as_verification_key()]).await;
    // Another key under the same name.
    let token = id_token(&rs256(), &claims(&service, &issuer));
    assert_refused(&present(&service, &token).await, 401, "invalid_client");
}

/// The other way: what is published here is a key set to the library, and holds for a token.
#[tokio::test]
async fn k01_the_keys_are_read_by_an_independent_library() {
    let service = with_payments().await;
    let set = service.get("/.well-known/jwks.json").send().await.json();
    let set: CoreJsonWebKeySet = serde_json::from_value(set).unwrap();
    let token = service.ask(ID, &secret()).await.member("access_token");
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let kid = JsonWebKeyId::new(jwt::header(&token)["kid"].as_str().unwrap().to_owned());
    let key = set.keys().iter().find(|key| key.key_id() == Some(&kid));
    let holds = |signed: &str| {
        let algorithm = CoreJwsSigningAlgorithm::EcdsaP256Sha256;
        let key = key.unwrap();
        key.verify_signature(&algorithm, signed.as_bytes(), &signature)
            .is_ok()
    };
    assert!(holds(signed));
    assert!(!holds(&format!("{signed}A")));
}
