//! `Idempotency-Key`: a create can be repeated without a second client.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::SignedDuration;
use m2m_local::stand_in::faults::Fault;
use m2m_tests::call::Answer;
use m2m_tests::service::{self, TestService};
use m2m_tests::world::{MANAGEMENT, ada};
use serde_json::{Value, json};
use tokio::task::JoinSet;

const KEY: &str = "8e03978e-40d5-43e8-bc93-6894a57f9324";

async fn post(service: &TestService, token: &str, key: &str, body: &Value) -> Answer {
    let call = service.post("/v1/clients").bearer(token);
    call.header("idempotency-key", key).json(body).send().await
}

async fn count(service: &TestService, token: &str) -> usize {
    let list = service
        .get("/v1/clients?limit=200")
        .bearer(token)
        .send()
        .await;
    list.json()["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn the_same_body_in_other_words_is_the_same_request() {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    let first = post(&service, &token, KEY, &json!({"name": "x"})).await;
    assert_eq!(first.status, 201);
    let same = json!({"scopes": null, "name": "x", "deletion_protection": false});
    assert_eq!(post(&service, &token, KEY, &same).await.body, first.body);
    for other in [json!({"name": "y"}), json!({"name": "x", "scopes": []})] {
        let answer = post(&service, &token, KEY, &other).await;
        assert_eq!(answer.refusal(), (422, "idempotency-key-reused".to_owned()));
    }
    assert_eq!(count(&service, &token).await, 2);
}

#[tokio::test]
async fn another_key_or_caller_makes_another_client() {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    let other = service.manager_of(&ada(), "other", MANAGEMENT).await;
    let body = json!({"name": "x"});
    let mut ids = BTreeSet::new();
    for (token, key) in [
        (&token, KEY),
        (&other, KEY),
        (&token, "another-key-of-22-characters"),
    ] {
        let answer = post(&service, token, key, &body).await;
        assert_eq!(answer.status, 201);
        ids.insert(answer.member("client_id"));
    }
    for _ in 0..2 {
        let call = service.post("/v1/clients").bearer(&token);
        ids.insert(call.json(&body).send().await.member("client_id"));
    }
    assert_eq!(ids.len(), 5);
}

#[tokio::test]
async fn an_answer_is_kept_for_a_day() {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    let body = json!({"name": "x"});
    let first = post(&service, &token, KEY, &body).await;
    let later = |by: i64| {
        service.clock.advance(SignedDuration::from_secs(by));
        service.management_token("manager", MANAGEMENT)
    };
    let token = later(86_399).await;
    assert_eq!(post(&service, &token, KEY, &body).await.body, first.body);
    let token = later(1).await;
    let anew = post(&service, &token, KEY, &body).await;
    assert_eq!(anew.status, 201);
    assert_ne!(anew.member("client_id"), first.member("client_id"));
}

#[tokio::test]
async fn a_key_must_be_hard_to_guess() {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    let long = "k".repeat(256);
    for key in [
        "",
        "short",
        "0123456789abcdef01234",
        "with a space in the middle",
        &long,
    ] {
        let answer = post(&service, &token, key, &json!({"name": "x"})).await;
        assert_eq!(
            answer.refusal(),
            (400, "invalid-request".to_owned()),
            "{key}"
        );
    }
    let call = service.post("/v1/clients").bearer(&token);
    let call = call
        .header("idempotency-key", KEY)
        .header("idempotency-key", KEY);
    let answer = call.json(&json!({"name": "x"})).send().await;
    assert_eq!(answer.refusal(), (400, "invalid-request".to_owned()));
}

#[tokio::test]
async fn a_refused_create_is_not_kept() {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    let body = json!({"name": "x", "scopes": ["unknown"]});
    assert_eq!(post(&service, &token, KEY, &body).await.status, 400);
    assert_eq!(
        post(&service, &token, KEY, &json!({"name": "x"}))
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn a_failed_create_is_not_kept() {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    let body = json!({"name": "x"});
    service.faults.next(3, "CreateSecret", Fault::ServerError);
    let answer = post(&service, &token, KEY, &body).await;
    assert_eq!(answer.refusal(), (503, "unavailable".to_owned()));
    assert_eq!(count(&service, &token).await, 1);
    // The create was undone, so that the retry need not wait.
    let answer = post(&service, &token, KEY, &body).await;
    assert_eq!(answer.status, 201);
    let answer = service
        .ask(&answer.member("client_id"), &answer.member("client_secret"))
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(count(&service, &token).await, 2);
}

#[tokio::test]
async fn the_answer_outlives_the_client() {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    let body = json!({"name": "x"});
    let first = post(&service, &token, KEY, &body).await;
    let path = format!("/v1/clients/{}", first.member("client_id"));
    let deleted = service
        .call(http::Method::DELETE, &path)
        .bearer(&token)
        .send()
        .await;
    assert_eq!(deleted.status, 204);
    // The retry learns what its first attempt did, and makes nothing anew.
    assert_eq!(post(&service, &token, KEY, &body).await.body, first.body);
    assert_eq!(count(&service, &token).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_twins_make_one_client() {
    let service = Arc::new(service::start().await);
    let token = service.manager(MANAGEMENT).await;
    let mut twins = JoinSet::new();
    for _ in 0..20 {
        let (service, token) = (Arc::clone(&service), token.clone());
        twins.spawn(async move { post(&service, &token, KEY, &json!({"name": "x"})).await });
    }
    let answers = twins.join_all().await;
    let mut secrets = BTreeSet::new();
    for answer in &answers {
        match answer.status {
            201 => {
                secrets.insert(answer.member("client_secret"));
            }
            409 => {
                assert_eq!(answer.refusal().1, "idempotency-key-in-flight");
                let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
                assert!((1..=30).contains(&wait), "{wait}");
            }
            _ => unreachable!("{answer:?}"),
        }
    }
    assert_eq!(secrets.len(), 1);
    assert_eq!(count(&service, &token).await, 2);
}
