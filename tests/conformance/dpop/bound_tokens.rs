//! D4: what a bound token is good for, RFC 9449 §7.

use m2m_core::client::{Client, GrantType};
use m2m_tests::call::Answer;
use m2m_tests::dpop::{ProofKey, claims, claims_with};
use m2m_tests::service::TestService;
use m2m_tests::world::{ada, client_of, secret_of};
use m2m_tests::{jwt, service};
use serde_json::json;

use super::{TOKEN, ask};
use crate::support::{ID, assert_refused, secret, with_payments};

/// A management token that is bound to the key.
pub(super) async fn bound_token(service: &TestService, key: &ProofKey) -> String {
    service.add_client(client_of(&ada(), "manager")).await;
    let resource = service.issuer.join("/v1");
    let form = [
        ("grant_type", "client_credentials"),
        ("resource", resource.as_str()),
        ("scope", "clients:read"),
    ];
    let call = service
        .post(TOKEN)
        .basic("m2m_manager", &secret_of("manager"));
    let proof = key.sign(&claims(service, "POST", TOKEN));
    let answer = call.form(&form).header("dpop", &proof).send().await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.member("access_token")
}

/// Who the caller is, asked with a token and a proof.
pub(super) async fn me(service: &TestService, token: &str, proof: &str) -> Answer {
    let call = service
        .get("/v1/me")
        .header("authorization", format!("DPoP {token}"));
    call.header("dpop", proof).send().await
}

#[tokio::test]
async fn d04_a_bound_token_needs_its_scheme_and_its_proof() {
    let service = service::start().await;
    let key = ProofKey::default();
    let token = bound_token(&service, &key).await;
    let proof = || key.sign(&claims_with(&service, "GET", "/v1/me", &token));
    let answer = me(&service, &token, &proof()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());

    let as_bearer = service.get("/v1/me").bearer(&token);
    let as_bearer = as_bearer.header("dpop", proof()).send().await;
    assert_eq!(as_bearer.refusal(), (401, "invalid-token".to_owned()));
    let challenge = as_bearer.header("www-authenticate").unwrap();
    let expected = "DPoP error=\"invalid_token\", algs=\"ES256 RS256 EdDSA\"";
    assert_eq!(challenge, expected);

    let call = service
        .get("/v1/me")
        .header("authorization", format!("dpop {token}"));
    let without_proof = call.send().await;
    assert_eq!(
        without_proof.refusal(),
        (401, "invalid-dpop-proof".to_owned())
    );

    let other_key = ProofKey::default().sign(&claims_with(&service, "GET", "/v1/me", &token));
    let stolen = me(&service, &token, &other_key).await;
    assert_eq!(stolen.refusal(), (401, "invalid-token".to_owned()));
}

#[tokio::test]
async fn d04_a_proof_is_for_this_token_and_this_request_and_once() {
    let service = service::start().await;
    let key = ProofKey::default();
    let token = bound_token(&service, &key).await;
    let for_others = [
        claims(&service, "GET", "/v1/me"),
        claims_with(&service, "GET", "/v1/me", "another"),
        claims_with(&service, "POST", "/v1/me", &token),
        claims_with(&service, "GET", "/v1/clients", &token),
    ];
    for claims in for_others {
        let answer = me(&service, &token, &key.sign(&claims)).await;
        assert_eq!(answer.refusal(), (401, "invalid-dpop-proof".to_owned()));
    }
    let proof = key.sign(&claims_with(&service, "GET", "/v1/me", &token));
    assert_eq!(me(&service, &token, &proof).await.status, 200);
    let again = me(&service, &token, &proof).await;
    assert_eq!(again.refusal(), (401, "invalid-dpop-proof".to_owned()));
}

#[tokio::test]
async fn d04_a_bearers_token_is_not_sent_as_bound() {
    let service = service::start().await;
    let token = service.manager("clients:read").await;
    let proof = ProofKey::default().sign(&claims_with(&service, "GET", "/v1/me", &token));
    let answer = me(&service, &token, &proof).await;
    assert_eq!(answer.refusal(), (401, "invalid-token".to_owned()));
}

#[tokio::test]
async fn i04_introspection_tells_how_a_token_is_bound() {
    let service = with_payments().await;
    let key = ProofKey::default();
    let answer = ask(&service, &[&key.sign(&claims(&service, "POST", TOKEN))]).await;
    let told = service
        .introspect("payments", &answer.member("access_token"))
        .await
        .json();
    assert_eq!(told["active"], true);
    assert_eq!(told["token_type"], "DPoP");
    assert_eq!(told["cnf"], json!({"jkt": key.thumbprint()}));
}

#[tokio::test]
async fn x02_a_bound_token_is_exchanged_with_its_key_alone() {
    let service = service::start().await;
    let client = Client {
        grant_types: vec![GrantType::ClientCredentials, GrantType::TokenExchange],
        ..client_of(&ada(), "payments")
    };
    service.add_client(client).await;
    let key = ProofKey::default();
    let sign = |key: &ProofKey| key.sign(&claims(&service, "POST", TOKEN));
    let parent = ask(&service, &[&sign(&key)]).await.member("access_token");
    let form = [
        (
            "grant_type",
            "urn:ietf:params:oauth:grant-type:token-exchange",
        ),
        ("subject_token", parent.as_str()),
        (
            "subject_token_type",
            "urn:ietf:params:oauth:token-type:access_token",
        ),
    ];
    let exchange = async |proof: Option<String>| {
        let call = service.post(TOKEN).basic(ID, &secret()).form(&form);
        match proof {
            Some(proof) => call.header("dpop", proof).send().await,
            None => call.send().await,
        }
    };
    assert_refused(&exchange(None).await, 400, "invalid_request");
    let stolen = exchange(Some(sign(&ProofKey::default()))).await;
    assert_refused(&stolen, 400, "invalid_request");
    let child = exchange(Some(sign(&key))).await;
    assert_eq!(child.member("token_type"), "DPoP");
    let claims = jwt::claims(&child.member("access_token"));
    assert_eq!(claims["cnf"], json!({"jkt": key.thumbprint()}));
}
