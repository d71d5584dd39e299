//! D3: proofs with a nonce of the service's, RFC 9449 §8.

use m2m_core::dpop::DpopNonces;
use m2m_tests::dpop::{ProofKey, claims, claims_with};
use m2m_tests::service;
use m2m_tests::service::{Setup, TestService};
use m2m_tests::world::{ada, client_of, secret_of};
use serde_json::{Value, json};

use super::bound_tokens::me;
use super::{TOKEN, ask, changed};
use crate::support::assert_refused;

async fn with_nonces() -> TestService {
    let setup = Setup {
        dpop_nonces: DpopNonces::Required,
        ..Setup::default()
    };
    let service = service::start_with(setup).await;
    service.add_client(client_of(&ada(), "payments")).await;
    service
}

fn with_nonce(service: &TestService, nonce: &str) -> Value {
    changed(service, |claims| claims["nonce"] = json!(nonce))
}

#[tokio::test]
async fn d03_a_proof_without_a_present_nonce_is_told_which_to_use() {
    let service = with_nonces().await;
    let key = ProofKey::default();
    let refused = ask(&service, &[&key.sign(&claims(&service, "POST", TOKEN))]).await;
    assert_refused(&refused, 400, "use_dpop_nonce");
    let nonce = refused.header("dpop-nonce").unwrap().to_owned();
    let answer = ask(&service, &[&key.sign(&with_nonce(&service, &nonce))]).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(
        answer.header("dpop-nonce"),
        None,
        "it stays the present one"
    );
    for other in [
        "",
        "a",
        &nonce[1..],
        &format!("{nonce}A"),
        &nonce.replace(&nonce[..1], "-"),
    ] {
        if *other != nonce {
            let refused = ask(&service, &[&key.sign(&with_nonce(&service, other))]).await;
            assert_refused(&refused, 400, "use_dpop_nonce");
        }
    }
}

#[tokio::test]
async fn d03_a_nonce_that_ends_is_answered_with_the_next() {
    let service = with_nonces().await;
    let key = ProofKey::default();
    let refused = ask(&service, &[&key.sign(&claims(&service, "POST", TOKEN))]).await;
    let old = refused.header("dpop-nonce").unwrap().to_owned();
    service.clock.advance(jiff::SignedDuration::from_mins(5));
    let answer = ask(&service, &[&key.sign(&with_nonce(&service, &old))]).await;
    assert_eq!(answer.status, 200);
    let new = answer.header("dpop-nonce").unwrap().to_owned();
    assert_ne!(new, old);
    let answer = ask(&service, &[&key.sign(&with_nonce(&service, &new))]).await;
    assert_eq!(answer.status, 200);
    service.clock.advance(jiff::SignedDuration::from_mins(5));
    let refused = ask(&service, &[&key.sign(&with_nonce(&service, &old))]).await;
    assert_refused(&refused, 400, "use_dpop_nonce");
}

#[tokio::test]
async fn d03_a_bearer_needs_no_nonce() {
    let service = with_nonces().await;
    assert_eq!(ask(&service, &[]).await.status, 200);
}

#[tokio::test]
async fn d03_the_management_api_gives_nonces_too() {
    let service = with_nonces().await;
    let key = ProofKey::default();
    let refused = ask(&service, &[&key.sign(&claims(&service, "POST", TOKEN))]).await;
    let nonce = refused.header("dpop-nonce").unwrap().to_owned();
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
    let proof = key.sign(&with_nonce(&service, &nonce));
    let answer = call.form(&form).header("dpop", &proof).send().await;
    let token = answer.member("access_token");
    let mut claims = claims_with(&service, "GET", "/v1/me", &token);
    let refused = me(&service, &token, &key.sign(&claims)).await;
    assert_eq!(refused.refusal(), (401, "use-dpop-nonce".to_owned()));
    let fresh = refused.header("dpop-nonce").unwrap();
    claims["nonce"] = json!(fresh);
    assert_eq!(me(&service, &token, &key.sign(&claims)).await.status, 200);
}
