//! D1–D4: proof of possession, RFC 9449.

use m2m_core::client::{Client, GrantType};
use m2m_core::dpop::DpopNonces;
use m2m_local::stand_in::faults::Fault;
use m2m_tests::call::Answer;
use m2m_tests::dpop::{ProofKey, claims, claims_with};
use m2m_tests::jwt;
use m2m_tests::service::{self, Left, Setup, TestService};
use m2m_tests::world::{ada, client_of, secret_of};
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

/// A management token that is bound to the key.
async fn bound_token(service: &TestService, key: &ProofKey) -> String {
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
async fn me(service: &TestService, token: &str, proof: &str) -> Answer {
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
