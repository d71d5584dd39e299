//! D1–D4: proof of possession, RFC 9449.

mod bound_tokens;
mod nonces;

use m2m_core::client::Client;
use m2m_local::stand_in::faults::Fault;
use m2m_tests::call::Answer;
use m2m_tests::dpop::{ProofKey, claims};
use m2m_tests::service::{Left, Setup, TestService};
use m2m_tests::world::{ada, client_of, secret_of};
use m2m_tests::{jwt, service};
use serde_json::{Value, json};

use crate::support::{ID, assert_refused, secret, with_payments};

const TOKEN: &str = "/oauth/token";
const FORM: [(&str, &str); 1] = [("grant_type", "client_credentials")];

/// Asks for a token as `payments` with these `DPoP` headers.
async fn ask(service: &TestService, proofs: &[&str]) -> Answer {
    let call = service.post(TOKEN).basic(ID, &secret()).form(&FORM);
    let with_proofs = |call: m2m_tests::call::Call, proof: &&str| call.header("dpop", proof);
    proofs.iter().fold(call, with_proofs).send().await
}

/// Claims for the token endpoint, changed.
fn changed(service: &TestService, change: impl FnOnce(&mut Value)) -> Value {
    let mut claims = claims(service, "POST", TOKEN);
    change(&mut claims);
    claims
}

#[tokio::test]
async fn d02_a_proof_binds_the_token_to_its_key() {
    let service = with_payments().await;
    let key = ProofKey::default();
    let answer = ask(&service, &[&key.sign(&claims(&service, "POST", TOKEN))]).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.member("token_type"), "DPoP");
    let token = answer.member("access_token");
    assert_eq!(jwt::claims(&token)["cnf"], json!({"jkt": key.thumbprint()}));
    assert_eq!(answer.header("dpop-nonce"), None);
}

#[tokio::test]
async fn d02_without_a_proof_a_token_is_a_bearers() {
    let service = with_payments().await;
    let answer = ask(&service, &[]).await;
    assert_eq!(answer.member("token_type"), "Bearer");
    assert_eq!(jwt::claims(&answer.member("access_token")).get("cnf"), None);
}

#[tokio::test]
async fn d02_a_client_that_is_registered_for_bound_tokens_gets_no_others() {
    let service = service::start().await;
    let bound = Client {
        dpop_bound: true,
        ..client_of(&ada(), "payments")
    };
    service.add_client(bound).await;
    assert_refused(&ask(&service, &[]).await, 400, "invalid_dpop_proof");
    let proof = ProofKey::default().sign(&claims(&service, "POST", TOKEN));
    assert_eq!(ask(&service, &[&proof]).await.status, 200);
}

#[tokio::test]
async fn d01_there_is_exactly_one_header() {
    let service = with_payments().await;
    let proof = || ProofKey::default().sign(&claims(&service, "POST", TOKEN));
    let answer = ask(&service, &[&proof(), &proof()]).await;
    assert_refused(&answer, 400, "invalid_dpop_proof");
    let same = proof();
    let answer = ask(&service, &[&same, &same]).await;
    assert_refused(&answer, 400, "invalid_dpop_proof");
    let answer = ask(&service, &[&format!("{},{}", proof(), proof())]).await;
    assert_refused(&answer, 400, "invalid_dpop_proof");
}

#[tokio::test]
async fn h36_a_claim_that_is_missing_or_of_another_type_is_refused() {
    let service = with_payments().await;
    let key = ProofKey::default();
    for name in ["jti", "htm", "htu", "iat"] {
        for wrong in [Value::Null, json!([]), json!(true)] {
            let proof = key.sign(&changed(&service, |claims| claims[name] = wrong.clone()));
            assert_refused(&ask(&service, &[&proof]).await, 400, "invalid_dpop_proof");
        }
        let proof = key.sign(&changed(&service, |claims| {
            claims.as_object_mut().unwrap().remove(name);
        }));
        assert_refused(&ask(&service, &[&proof]).await, 400, "invalid_dpop_proof");
    }
    let as_text = changed(&service, |claims| claims["iat"] = json!("1767225600"));
    assert_refused(
        &ask(&service, &[&key.sign(&as_text)]).await,
        400,
        "invalid_dpop_proof",
    );
    for jti in ["", &"j".repeat(257)] {
        let odd = changed(&service, |claims| claims["jti"] = json!(jti));
        assert_refused(
            &ask(&service, &[&key.sign(&odd)]).await,
            400,
            "invalid_dpop_proof",
        );
    }
}

#[tokio::test]
async fn d01_type_algorithm_and_key_are_what_they_have_to_be() {
    let service = with_payments().await;
    let key = ProofKey::default();
    let mut private = key.jwk();
    private["d"] = json!("AAAA");
    let symmetric = json!({"kty": "oct", "k": "AAAA"});
    for header in [
        json!({"typ": "JWT", "alg": "ES256", "jwk": key.jwk()}),
        json!({"alg": "ES256", "jwk": key.jwk()}),
        json!({"typ": "dpop+jwt", "alg": "none", "jwk": key.jwk()}),
        json!({"typ": "dpop+jwt", "alg": "HS256", "jwk": symmetric}),
        json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": private}),
        json!({"typ": "dpop+jwt", "alg": "ES256"}),
        json!({"typ": "dpop+jwt", "alg": "ES256", "kid": "a"}),
        json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": ProofKey::default().jwk()}),
        json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": key.jwk(), "crit": ["exp"]}),
    ] {
        let proof = key.sign_with(&header, &claims(&service, "POST", TOKEN));
        let answer = ask(&service, &[&proof]).await;
        assert_refused(&answer, 400, "invalid_dpop_proof");
    }
}

#[tokio::test]
async fn h36_another_method_or_url_is_refused_and_how_it_is_written_does_not_matter() {
    let service = with_payments().await;
    let key = ProofKey::default();
    let issuer = service.issuer.as_str();
    for same in [
        format!("{issuer}{TOKEN}?a=b#c"),
        format!("{issuer}{TOKEN}").replace("http://", "HTTP://"),
    ] {
        let proof = key.sign(&changed(&service, |claims| claims["htu"] = json!(same)));
        assert_eq!(ask(&service, &[&proof]).await.status, 200, "{same}");
    }
    for other in [
        format!("{issuer}/oauth/tokens"),
        format!("{issuer}/"),
        "https://auth.example/oauth/token".to_owned(),
        TOKEN.to_owned(),
    ] {
        let proof = key.sign(&changed(&service, |claims| claims["htu"] = json!(other)));
        assert_refused(&ask(&service, &[&proof]).await, 400, "invalid_dpop_proof");
    }
    let get = key.sign(&claims(&service, "GET", TOKEN));
    assert_refused(&ask(&service, &[&get]).await, 400, "invalid_dpop_proof");
}

#[tokio::test]
async fn d01_a_proof_is_good_for_a_minute() {
    let service = with_payments().await;
    let key = ProofKey::default();
    let now = service.now().as_second();
    for (iat, expected) in [
        (now - 60, 200),
        (now + 60, 200),
        (now - 61, 400),
        (now + 61, 400),
        (now - 3600, 400),
    ] {
        let proof = key.sign(&changed(&service, |claims| claims["iat"] = json!(iat)));
        assert_eq!(
            ask(&service, &[&proof]).await.status,
            expected,
            "{}",
            iat - now
        );
    }
}

#[tokio::test]
async fn d01_a_proof_is_spent_once_on_all_instances() {
    let first = with_payments().await;
    let left: Left = first.left();
    let setup = Setup {
        after: Some(left),
        ..Setup::default()
    };
    let second = service::start_with(setup).await;
    let proof = ProofKey::default().sign(&claims(&first, "POST", TOKEN));
    let proofs = [proof.as_str()];
    let (one, other) = tokio::join!(ask(&first, &proofs), ask(&second, &proofs));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400]);
    assert_refused(&ask(&second, &proofs).await, 400, "invalid_dpop_proof");
}

#[tokio::test]
async fn d01_the_same_jti_of_another_key_is_another_proof() {
    let service = with_payments().await;
    let claims = claims(&service, "POST", TOKEN);
    for _ in 0..2 {
        let proof = ProofKey::default().sign(&claims);
        assert_eq!(ask(&service, &[&proof]).await.status, 200);
    }
}

#[tokio::test]
async fn d01_who_does_not_authenticate_spends_nothing() {
    let service = with_payments().await;
    let proof = ProofKey::default().sign(&claims(&service, "POST", TOKEN));
    let call = service.post(TOKEN).basic(ID, &secret_of("other"));
    let stranger = call.form(&FORM).header("dpop", &proof).send().await;
    assert_refused(&stranger, 401, "invalid_client");
    assert_eq!(ask(&service, &[&proof]).await.status, 200);
}

#[tokio::test]
async fn t16_a_proof_that_cannot_be_spent_gets_no_token() {
    for fault in [Fault::Throttled, Fault::AccessDenied, Fault::AnswerLost] {
        let service = with_payments().await;
        let key = ProofKey::default();
        service.faults.always("PutItem", fault);
        let answer = ask(&service, &[&key.sign(&claims(&service, "POST", TOKEN))]).await;
        assert_refused(&answer, 503, "temporarily_unavailable");
        service.faults.clear();
        let again = ask(&service, &[&key.sign(&claims(&service, "POST", TOKEN))]).await;
        assert_eq!(again.status, 200, "{fault:?}");
    }
}

#[tokio::test]
async fn m04_what_proofs_may_be_signed_with_is_advertised() {
    let service = service::start().await;
    for path in [
        "/.well-known/oauth-authorization-server",
        "/.well-known/oauth-protected-resource/v1",
    ] {
        let metadata = service.get(path).send().await.json();
        let advertised = &metadata["dpop_signing_alg_values_supported"];
        assert_eq!(*advertised, json!(["ES256", "RS256", "EdDSA"]), "{path}");
    }
}
