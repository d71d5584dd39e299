//! `Idempotency-Key` on every `POST` of the management API. That of a create: `idempotency.rs`.

use std::sync::Arc;

use http::Method;
use jiff::SignedDuration;
use m2m_core::keys::PUBLISH_LEAD;
use m2m_local::stand_in::faults::Fault;
use m2m_tests::call::{Answer, Call};
use m2m_tests::service::{self, TestService};
use m2m_tests::world::{MANAGEMENT, ada, client_of};
use serde_json::{Value, json};
use tokio::task::JoinSet;

const KEY: &str = "8e03978e-40d5-43e8-bc93-6894a57f9324";
const OTHER_KEY: &str = "another-key-of-22-characters";
const ORDERS: &str = "/v1/clients/m2m_orders";

/// A service with the client `orders`, and a caller that may do everything.
struct Scene {
    service: TestService,
    token: String,
}

impl Scene {
    async fn new() -> Self {
        let service = service::start().await;
        let token = service.manager(MANAGEMENT).await;
        service.add_client(client_of(&ada(), "orders")).await;
        service.faults.clear();
        Self { service, token }
    }

    fn call(&self, method: Method, path: &str) -> Call {
        self.service.call(method, path).bearer(&self.token)
    }

    /// `POST` without a body.
    async fn post(&self, path: &str, key: &str) -> Answer {
        let call = self.call(Method::POST, path);
        call.header("idempotency-key", key).send().await
    }

    async fn record(&self, key: &str, body: &Value) -> Answer {
        let call = self.call(Method::POST, "/v1/resource-servers");
        call.header("idempotency-key", key).json(body).send().await
    }

    async fn etag(&self, path: &str) -> String {
        let answer = self.call(Method::GET, path).send().await;
        answer.header("etag").unwrap().to_owned()
    }

    /// The key that signs.
    async fn active(&self) -> String {
        let answer = self.call(Method::GET, "/v1/signing-keys").send().await;
        let keys = answer.json()["items"].as_array().unwrap().clone();
        let mut active = keys.iter().filter(|key| key["state"] == "active");
        active.next().unwrap()["kid"].as_str().unwrap().to_owned()
    }
}

fn assert_repeats(again: &Answer, first: &Answer) {
    assert_eq!(again.status, first.status, "{}", again.text());
    assert_eq!(again.text(), first.text());
    for name in ["etag", "location"] {
        assert_eq!(again.header(name), first.header(name), "{name}");
    }
}

#[tokio::test]
async fn every_post_refuses_a_malformed_key() {
    let scene = Scene::new().await;
    for path in [
        "/v1/clients",
        "/v1/clients/m2m_orders/disable",
        "/v1/clients/m2m_orders/enable",
        "/v1/clients/m2m_orders/restore",
        "/v1/clients/m2m_orders/revoke-tokens",
        "/v1/clients/m2m_orders/transfer",
        "/v1/clients/m2m_orders/secrets",
        "/v1/clients/m2m_orders/secrets/any/cancel",
        "/v1/resource-servers",
        "/v1/api-tokens",
        "/v1/signing-keys/rotate",
        "/v1/simulate",
    ] {
        let answer = scene.post(path, "short").await;
        assert_eq!(answer.status, 400, "{path}");
        assert!(answer.text().contains("Idempotency-Key"), "{path}");
    }
    assert_eq!(scene.etag(ORDERS).await, "\"2\"", "nothing was changed");
}

#[tokio::test]
async fn tokens_are_revoked_once_by_one_key() {
    let scene = Scene::new().await;
    let path = format!("{ORDERS}/revoke-tokens");
    let first = scene.post(&path, KEY).await;
    assert_eq!(first.status, 200, "{}", first.text());
    assert_eq!(first.header("etag"), Some("\"3\""));
    // Also when the client is another by now.
    assert_eq!(scene.post(&path, OTHER_KEY).await.status, 200);
    assert_repeats(&scene.post(&path, KEY).await, &first);
    assert_eq!(scene.etag(ORDERS).await, "\"4\"");
}

#[tokio::test]
async fn a_repetition_expects_nothing() {
    let scene = Scene::new().await;
    let post = || {
        let call = scene.call(Method::POST, "/v1/clients/m2m_orders/disable");
        let call = call.header("idempotency-key", KEY);
        call.header("if-match", "\"2\"").send()
    };
    let first = post().await;
    assert_eq!(first.member("status"), "disabled");
    assert_repeats(&post().await, &first);
}

#[tokio::test]
async fn a_late_repetition_does_not_do_it_again() {
    let scene = Scene::new().await;
    let [disable, enable] = ["disable", "enable"].map(|end| format!("{ORDERS}/{end}"));
    let disabled = scene.post(&disable, KEY).await;
    let enabled = scene.post(&enable, KEY).await;
    assert_eq!(enabled.member("status"), "active", "another call's key");
    assert_repeats(&scene.post(&disable, KEY).await, &disabled);
    assert_eq!(scene.etag(ORDERS).await, enabled.header("etag").unwrap());
    // What changed nothing is remembered as well.
    let nothing = scene.post(&enable, OTHER_KEY).await;
    assert_eq!(nothing.header("etag"), enabled.header("etag"));
    assert_eq!(scene.post(&disable, OTHER_KEY).await.status, 200);
    assert_repeats(&scene.post(&enable, OTHER_KEY).await, &nothing);
    let now = scene.call(Method::GET, ORDERS).send().await;
    assert_eq!(now.member("status"), "disabled");
}

#[tokio::test]
async fn a_resource_server_is_recorded_once_by_one_key() {
    let scene = Scene::new().await;
    let body = json!({"identifier": "urn:acme:bills", "name": "Bills", "scopes": ["bills:read"]});
    let first = scene.record(KEY, &body).await;
    assert_eq!(first.status, 201, "{}", first.text());
    let path = format!(
        "/v1/resource-servers/{}",
        first.member("resource_server_id")
    );
    let patch = scene
        .call(Method::PATCH, &path)
        .json(&json!({"name": "Invoices"}));
    assert_eq!(patch.send().await.status, 200);
    assert_repeats(&scene.record(KEY, &body).await, &first);
    let taken = scene.record(OTHER_KEY, &body).await;
    assert_eq!(taken.refusal(), (409, "identifier-taken".to_owned()));
    let other = json!({"identifier": "urn:acme:other", "name": "Other", "scopes": []});
    let reused = scene.record(KEY, &other).await;
    assert_eq!(reused.refusal(), (422, "idempotency-key-reused".to_owned()));
}

/// The service with a key that is ready to sign.
async fn with_ready_key() -> Scene {
    let scene = Scene::new().await;
    scene.service.deployment.maintenance().run().await.unwrap();
    scene.service.clock.advance(PUBLISH_LEAD);
    scene.service.faults.clear();
    Scene {
        token: scene.service.management_token("manager", MANAGEMENT).await,
        ..scene
    }
}

const ROTATE: &str = "/v1/signing-keys/rotate";

#[tokio::test]
async fn keys_are_rotated_once_by_one_key() {
    let scene = with_ready_key().await;
    let first = scene.post(ROTATE, KEY).await;
    assert_eq!(first.status, 200, "{}", first.text());
    assert_repeats(&scene.post(ROTATE, KEY).await, &first);
    scene.service.clock.advance(PUBLISH_LEAD);
    let token = scene.service.management_token("manager", MANAGEMENT).await;
    let later = Scene { token, ..scene };
    let active = later.active().await;
    assert_repeats(&later.post(ROTATE, KEY).await, &first);
    assert_eq!(later.active().await, active);
}

/// Stopped before the change nothing happened, after it a repetition is told that the next key is too new.
#[tokio::test]
async fn a_rotation_that_was_stopped_is_not_done_twice() {
    for n in 1.. {
        let scene = with_ready_key().await;
        let before = scene.active().await;
        scene.service.faults.clear();
        scene.service.faults.kill_at(n);
        let stopped = scene.post(ROTATE, KEY).await;
        let came_through = scene.service.faults.calls().len() < n;
        scene.service.faults.clear();
        let between = scene.active().await;
        let again = scene.post(ROTATE, KEY).await;
        let after = scene.active().await;
        assert_ne!(after, before, "{n}");
        match again.status {
            200 if came_through => return assert_repeats(&again, &stopped),
            200 => assert_eq!(between, before, "{n}"),
            _ => {
                assert_eq!(
                    again.refusal(),
                    (409, "signing-key-too-new".to_owned()),
                    "{n}"
                );
                assert_eq!(after, between, "{n}");
            }
        }
    }
}

#[tokio::test]
async fn a_stop_whose_answer_was_lost_is_done_once() {
    for (n, fault) in (1..).flat_map(|n| [(n, Fault::AnswerLost), (n, Fault::Killed)]) {
        let scene = Scene::new().await;
        let path = format!("{ORDERS}/revoke-tokens");
        scene.service.faults.on_nth(n, "*", fault);
        let first = scene.post(&path, KEY).await;
        let calls = scene.service.faults.calls().len();
        scene.service.faults.clear();
        let again = scene.post(&path, KEY).await;
        assert_eq!(again.status, 200, "{n} {fault:?}: {}", again.text());
        assert_eq!(scene.etag(ORDERS).await, "\"3\"", "{n} {fault:?}");
        if calls < n {
            return assert_repeats(&again, &first);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twins_get_the_answer_of_the_first() {
    let scene = Arc::new(Scene::new().await);
    let mut twins = JoinSet::new();
    for _ in 0..8 {
        let scene = Arc::clone(&scene);
        twins.spawn(async move {
            scene
                .post("/v1/clients/m2m_orders/revoke-tokens", KEY)
                .await
        });
    }
    let answers = twins.join_all().await;
    for answer in &answers {
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_repeats(answer, &answers[0]);
    }
    assert_eq!(scene.etag(ORDERS).await, "\"3\"");
}

#[tokio::test]
async fn an_answer_of_a_stop_is_kept_for_a_day() {
    let scene = Scene::new().await;
    let path = format!("{ORDERS}/revoke-tokens");
    let first = scene.post(&path, KEY).await;
    scene.service.clock.advance(SignedDuration::from_hours(24));
    let token = scene.service.management_token("manager", MANAGEMENT).await;
    let later = Scene { token, ..scene };
    let anew = later.post(&path, KEY).await;
    assert_eq!(anew.status, 200);
    assert_ne!(anew.header("etag"), first.header("etag"));
}
