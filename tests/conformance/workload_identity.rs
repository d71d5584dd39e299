//! W1, W2: clients that authenticate with tokens of outside issuers which they trust.

use std::collections::BTreeMap;

use m2m_core::client_auth::AuthMethod;
use m2m_tests::assertions::{ask, ask_with, registered, with, without};
use m2m_tests::call::Answer;
use m2m_tests::dpop::ProofKey;
use m2m_tests::outside::Outside;
use m2m_tests::service::{self, TestService};
use m2m_types::admin::credentials::Trust;
use serde_json::{Value, json};

use crate::support::assert_refused;

const ID: &str = "m2m_payments";
const AUDIENCE: &str = "https://m2m.example";
const SUBJECT: &str = "system:serviceaccount:prod:payments";

/// A trust in that issuer as most are.
fn trust(issuer: &Outside) -> Trust {
    Trust {
        issuer: issuer.issuer.clone(),
        subject: SUBJECT.to_owned(),
        subject_is_pattern: false,
        audience: AUDIENCE.to_owned(),
        claims: BTreeMap::new(),
        max_age_seconds: 3600,
        jwks_uri: None,
    }
}

/// A service whose `payments` trusts like that.
async fn trusting(trusts: Vec<Trust>) -> TestService {
    let service = service::start().await;
    let method = AuthMethod::WorkloadIdentity(trusts);
    service.add_client(registered(method)).await;
    service
}

/// The claims of a token of Kubernetes, projected into a pod.
fn of_kubernetes(service: &TestService, issuer: &Outside) -> Value {
    let now = service.now().as_second();
    json!({
        "aud": [AUDIENCE],
        "exp": now + 3600,
        "iat": now,
        "iss": issuer.issuer,
        "jti": "ea28ed49-2e11-4280-9ec5-bc3d1d84661a",
        "kubernetes.io": {
            "namespace": "prod",
            "node": {"name": "n1", "uid": "646e7c5e-32d6-4d42-9dbd-e504e6cbe6b1"},
            "pod": {"name": "payments-69cbfb9798-jv9gn", "uid": "c6d5f9b7-7a43-4a9f-9f1c-0d1f1ff0a5d6"},
            "serviceaccount": {"name": "payments", "uid": "a087d5a0-e1dd-43ec-93ac-f13d89cd13af"},
        },
        "nbf": now,
        "sub": SUBJECT,
    })
}

async fn present(service: &TestService, token: &str) -> Answer {
    ask_with(service, token, &[("client_id", ID)]).await
}

#[track_caller]
fn accepted(answer: &Answer) {
    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[track_caller]
fn refused(answer: &Answer) {
    assert_refused(answer, 401, "invalid_client");
}

#[tokio::test]
async fn w01_kubernetes_sends_the_same_token_again() {
    let issuer = Outside::start().await;
    let service = trusting(vec![trust(&issuer)]).await;
    let token = issuer.sign(&of_kubernetes(&service, &issuer));
    for _ in 0..3 {
        accepted(&present(&service, &token).await);
    }
    assert_eq!(issuer.fetches(), 2, "metadata and keys, once");
    // Without client_id nobody knows whom it is for.
    refused(&ask(&service, &token).await);
}

#[tokio::test]
async fn w01_github_actions_by_a_pattern_and_further_claims() {
    let issuer = Outside::start().await;
    let claims = [("repository_owner_id", "65"), ("ref_protected", "true")];
    let of_acme = Trust {
        subject: "repo:acme/*:ref:refs/heads/main".to_owned(),
        subject_is_pattern: true,
        claims: claims
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        ..trust(&issuer)
    };
    let service = trusting(vec![of_acme]).await;
    let now = service.now().as_second();
    let token = json!({
        "jti": "example-id", "sub": "repo:acme/app:ref:refs/heads/main", "aud": AUDIENCE,
        "ref": "refs/heads/main", "ref_protected": "true", "sha": "example-sha",
        "repository": "acme/app", "repository_owner": "acme", "repository_owner_id": "65",
        "run_id": "example-run-id", "actor": "octocat", "workflow": "deploy", "event_name": "push",
        "job_workflow_ref": "acme/app/.github/workflows/deploy.yml@refs/heads/main",
        "iss": issuer.issuer, "nbf": now - 600, "exp": now + 900, "iat": now,
    });
    accepted(&present(&service, &issuer.sign(&token)).await);
    accepted(
        &present(
            &service,
            &issuer.sign(&with(token.clone(), "ref_protected", true)),
        )
        .await,
    );
    for other in [
        with(token.clone(), "sub", "repo:evil/app:ref:refs/heads/main"),
        with(token.clone(), "sub", "repo:acme/app:pull_request"),
        with(
            token.clone(),
            "sub",
            "repo:acme/app:ref:refs/heads/x:ref:refs/heads/main",
        ),
        with(token.clone(), "repository_owner_id", "66"),
        with(token.clone(), "repository_owner_id", json!(["65"])),
        with(token.clone(), "ref_protected", false),
        without(token, "repository_owner_id"),
    ] {
        refused(&present(&service, &issuer.sign(&other)).await);
    }
}

#[tokio::test]
async fn w01_aws_sts_web_identity_by_claims_within_claims() {
    let issuer = Outside::start().await;
    let role = "arn:aws:iam::123456789012:role/payments";
    let of_role = Trust {
        subject: role.to_owned(),
        claims: BTreeMap::from([(
            "/https:~1~1sts.amazonaws.com~1/aws_account".to_owned(),
            "123456789012".to_owned(),
        )]),
        max_age_seconds: 300,
        ..trust(&issuer)
    };
    let service = trusting(vec![of_role]).await;
    let now = service.now().as_second();
    let token = json!({
        "aud": AUDIENCE, "sub": role, "iss": issuer.issuer, "exp": now + 300, "iat": now,
        "jti": "72a5c7d5-2f6b-4a0e-9b7d-1f2a3b4c5d6e",
        "https://sts.amazonaws.com/": {
            "aws_account": "123456789012", "source_region": "eu-central-1", "org_id": "o-abc1234567",
            "principal_id": role,
        },
    });
    accepted(&present(&service, &issuer.sign(&token)).await);
    let mut elsewhere = token;
    elsewhere["https://sts.amazonaws.com/"]["aws_account"] = json!("210987654321");
    refused(&present(&service, &issuer.sign(&elsewhere)).await);
}

#[tokio::test]
async fn w01_spiffe_names_its_trust_domain_in_the_subject() {
    let bundle = Outside::start().await;
    let of_domain = Trust {
        issuer: "spiffe://acme.example".to_owned(),
        subject: "spiffe://acme.example/ns/prod/sa/payments".to_owned(),
        jwks_uri: Some(bundle.jwks_uri()),
        ..trust(&bundle)
    };
    let service = trusting(vec![of_domain]).await;
    let now = service.now().as_second();
    let svid = json!({
        "aud": [AUDIENCE], "sub": "spiffe://acme.example/ns/prod/sa/payments", "exp": now + 300,
    });
    let mut key = bundle.key.jwk();
    key["use"] = json!("jwt-svid");
    bundle.publish(&[key]);
    accepted(&present(&service, &bundle.sign(&svid)).await);
    for other in [
        with(
            svid.clone(),
            "sub",
            "spiffe://evil.example/ns/prod/sa/payments",
        ),
        with(
            svid.clone(),
            "sub",
            "spiffe://acme.example.evil/ns/prod/sa/payments",
        ),
        with(svid.clone(), "iss", "spiffe://evil.example"),
        with(svid.clone(), "exp", now + 86_400),
        with(svid.clone(), "aud", json!([AUDIENCE, "other"])),
        without(svid, "exp"),
    ] {
        refused(&present(&service, &bundle.sign(&other)).await);
    }
}

#[tokio::test]
async fn w01_what_the_trust_names_is_exact() {
    let issuer = Outside::start().await;
    let service = trusting(vec![trust(&issuer)]).await;
    let now = service.now().as_second();
    let token = of_kubernetes(&service, &issuer);
    for other in [
        with(token.clone(), "iss", format!("{}/", issuer.issuer)),
        with(token.clone(), "iss", "https://other.example"),
        with(token.clone(), "sub", "system:serviceaccount:prod:payments2"),
        with(token.clone(), "sub", "system:serviceaccount:prod:*"),
        with(token.clone(), "aud", "https://other.example"),
        with(
            token.clone(),
            "aud",
            json!([AUDIENCE, "https://other.example"]),
        ),
        with(token.clone(), "exp", now - 10),
        with(token.clone(), "exp", json!(null)),
        with(token.clone(), "nbf", now + 61),
        with(token.clone(), "iat", now + 61),
        without(token.clone(), "iss"),
        without(token.clone(), "sub"),
        without(token.clone(), "aud"),
        without(token.clone(), "exp"),
    ] {
        refused(&present(&service, &issuer.sign(&other)).await);
    }
    let thief = ProofKey::default();
    let header = json!({"alg": "ES256", "typ": "JWT"});
    refused(&present(&service, &thief.sign_with(&header, &token)).await);
    for typ in ["at+jwt", "dpop+jwt", "client-authentication+jwt"] {
        let header = json!({"alg": "ES256", "typ": typ});
        refused(&present(&service, &issuer.key.sign_with(&header, &token)).await);
    }
    accepted(&present(&service, &issuer.sign(&token)).await);
}

#[tokio::test]
async fn w01_a_token_is_at_most_as_old_as_the_trust_says() {
    let issuer = Outside::start().await;
    let service = trusting(vec![trust(&issuer)]).await;
    let now = service.now().as_second();
    let token = with(of_kubernetes(&service, &issuer), "exp", now + 86_400 * 365);
    let aged = |age: i64| issuer.sign(&with(token.clone(), "iat", now - age));
    accepted(&present(&service, &aged(3600)).await);
    accepted(&present(&service, &aged(3610)).await);
    refused(&present(&service, &aged(3611)).await);
    refused(&present(&service, &issuer.sign(&without(token, "iat"))).await);
}

#[tokio::test]
async fn w01_metadata_must_name_the_issuer_to_the_byte() {
    let issuer = Outside::start().await;
    issuer.call_itself(&format!("{}/", issuer.issuer));
    let service = trusting(vec![trust(&issuer)]).await;
    let token = issuer.sign(&of_kubernetes(&service, &issuer));
    refused(&present(&service, &token).await);
    assert_eq!(issuer.fetches(), 1, "its keys are not even looked at");
}

#[tokio::test]
async fn w01_one_of_several_trusts_is_enough() {
    let issuer = Outside::start().await;
    let other = Trust {
        subject: "system:serviceaccount:test:payments".to_owned(),
        ..trust(&issuer)
    };
    let service = trusting(vec![other, trust(&issuer)]).await;
    let token = of_kubernetes(&service, &issuer);
    accepted(&present(&service, &issuer.sign(&token)).await);
    let of_test = with(token, "sub", "system:serviceaccount:test:payments");
    accepted(&present(&service, &issuer.sign(&of_test)).await);
}

/// A SPIFFE trust domain whose bundle moves: for a while the client trusts both places.
#[tokio::test]
async fn w01_a_second_trust_of_the_same_issuer_has_its_own_keys() {
    let (old, new) = (Outside::start().await, Outside::start().await);
    let by = |bundle: &Outside| Trust {
        issuer: "spiffe://acme.example".to_owned(),
        subject: "spiffe://acme.example/payments".to_owned(),
        jwks_uri: Some(bundle.jwks_uri()),
        ..trust(bundle)
    };
    let service = trusting(vec![by(&old), by(&new)]).await;
    let svid = json!({
        "aud": [AUDIENCE], "sub": "spiffe://acme.example/payments",
        "exp": service.now().as_second() + 300,
    });
    // No kid, so that either key might be the one.
    let header = json!({"alg": "ES256", "typ": "JWT"});
    for bundle in [&old, &new] {
        accepted(&present(&service, &bundle.key.sign_with(&header, &svid)).await);
    }
    let thief = ProofKey::default();
    refused(&present(&service, &thief.sign_with(&header, &svid)).await);
}

#[tokio::test]
async fn w02_nothing_is_fetched_for_what_cannot_hold() {
    let issuer = Outside::start().await;
    let service = trusting(vec![trust(&issuer)]).await;
    let token = of_kubernetes(&service, &issuer);
    service.faults.take_calls();
    let hopeless = issuer.sign(&with(
        token.clone(),
        "sub",
        "system:serviceaccount:prod:thief",
    ));
    refused(&present(&service, &hopeless).await);
    refused(
        &ask_with(
            &service,
            &issuer.sign(&token),
            &[("client_id", "m2m_nobody")],
        )
        .await,
    );
    assert_eq!(issuer.fetches(), 0);
    // For each one read, and the record of the attempt.
    assert_eq!(
        service.faults.take_calls(),
        ["BatchGetItem", "PutItem", "BatchGetItem", "PutItem"]
    );
}

#[tokio::test]
async fn w01_a_token_of_a_workload_costs_one_read() {
    let issuer = Outside::start().await;
    let service = trusting(vec![trust(&issuer)]).await;
    let token = issuer.sign(&of_kubernetes(&service, &issuer));
    accepted(&present(&service, &token).await);
    service.faults.take_calls();
    accepted(&present(&service, &token).await);
    assert_eq!(service.faults.take_calls(), ["BatchGetItem"]);
}
