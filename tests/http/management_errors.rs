//! Every error of the management API: status, headers and body.

use http::Method;
use m2m_core::client::Client;
use m2m_core::organization::Organization;
use m2m_local::stand_in::faults::Fault;
use m2m_tests::call::{Answer, Call};
use m2m_tests::raw;
use m2m_tests::service::{self, TestService};
use m2m_tests::world::{MANAGEMENT, ada, client_of, organization};
use m2m_types::admin::client::SecretStorage;
use serde_json::{Value, json};

use crate::snapshot::assert_shows;

const KEY: &str = "8e03978e-40d5-43e8-bc93-6894a57f9324";
const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

struct Scene {
    service: TestService,
    token: String,
}

impl Scene {
    async fn new() -> Self {
        let service = service::start().await;
        let token = service.manager(MANAGEMENT).await;
        service.add_client(client_of(&ada(), "orders")).await;
        Self { service, token }
    }

    fn call(&self, method: Method, path: &str) -> Call {
        self.service.call(method, path).bearer(&self.token)
    }

    async fn post(&self, body: &Value) -> Answer {
        self.call(Method::POST, "/v1/clients")
            .json(body)
            .send()
            .await
    }

    async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path).send().await
    }
}

#[tokio::test]
async fn who_calls() {
    let Scene { service, token } = Scene::new().await;
    let me = || service.get("/v1/me");
    assert_shows("authentication_required", &me().send().await);
    assert_shows("invalid_token", &me().bearer("a.b.c").send().await);
    assert_shows(
        "two_headers",
        &me().bearer(&token).bearer(&token).send().await,
    );
    let reader = service.management_token("manager", "clients:read").await;
    let call = service.post("/v1/clients").bearer(&reader);
    let answer = call.json(&json!({"name": "x"})).send().await;
    assert_shows("insufficient_scope", &answer);
    service.faults.always("BatchGetItem", Fault::ServerError);
    assert_shows("unavailable", &me().bearer(&token).send().await);
}

#[tokio::test]
async fn what_is_not_there() {
    let scene = Scene::new().await;
    assert_shows("no_such_path", &scene.get("/v1/nothing").await);
    let answer = scene.call(Method::POST, "/v1/me").send().await;
    assert_shows("method_not_allowed", &answer);
    assert_shows("not_found", &scene.get("/v1/clients/m2m_nobody").await);
    let secret = format!("/v1/clients/m2m_orders/secrets/{NOBODY}/value");
    assert_shows("secret_not_found", &scene.get(&secret).await);
    let unkept = Client {
        secret_storage: SecretStorage::None,
        ..client_of(&ada(), "unkept")
    };
    let id = unkept.secrets[0].id.clone();
    scene.service.add_client(unkept).await;
    let value = format!("/v1/clients/m2m_unkept/secrets/{id}/value");
    assert_shows("value_not_kept", &scene.get(&value).await);
    let answer = scene
        .call(Method::DELETE, "/v1/clients/m2m_orders")
        .send()
        .await;
    assert_eq!(answer.status, 204);
    assert_shows("client_deleted", &scene.get("/v1/clients/m2m_orders").await);
}

#[tokio::test]
async fn what_the_organization_may_not() {
    let scene = Scene::new().await;
    let acme = organization("acme");
    let steer = |changed| scene.service.directory.set_organization(changed);
    steer(Organization {
        m2m_clients_allowed: false,
        plan: "free".to_owned(),
        ..acme.clone()
    });
    assert_shows("plan_required", &scene.post(&json!({"name": "x"})).await);
    steer(Organization {
        max_clients: Some(2),
        ..acme
    });
    assert_shows("limit_reached", &scene.post(&json!({"name": "x"})).await);
}

#[tokio::test]
async fn what_the_client_is_protected_from() {
    let scene = Scene::new().await;
    let path = "/v1/clients/m2m_orders";
    let body = json!({"name": "x", "deletion_protection": true});
    let put = |condition: &'static str| {
        let call = scene.call(Method::PUT, path).json(&body);
        call.header("if-match", condition).send()
    };
    assert_shows("precondition_failed", &put("\"0\"").await);
    assert_shows("if_match_malformed", &put("0").await);
    let answer = scene.call(Method::PUT, path).json(&body).send().await;
    assert_shows("precondition_required", &answer);
    assert_eq!(put("*").await.status, 200);
    let answer = scene.call(Method::DELETE, path).send().await;
    assert_shows("deletion_protection", &answer);
    let restore = scene.call(Method::POST, &format!("{path}/restore"));
    assert_shows("not_deleted", &restore.send().await);
}

#[tokio::test]
async fn what_a_body_may_not_be() {
    let scene = Scene::new().await;
    let body = |media_type: &'static str, body: Vec<u8>| {
        let call = scene.call(Method::POST, "/v1/clients");
        call.body(media_type, body).send()
    };
    let json = "application/json";
    assert_shows(
        "unsupported_media_type",
        &body("text/plain", b"{}".to_vec()).await,
    );
    assert_shows("too_large", &body(json, vec![b' '; 70_000]).await);
    assert_shows("malformed_json", &body(json, b"{\"name\":".to_vec()).await);
    assert_shows("name_missing", &body(json, b"{}".to_vec()).await);
    let wrong = json!({"name": "x", "scopes": ["a"], "default_scopes": ["b"]});
    assert_shows("fields", &scene.post(&wrong).await);
    let unknown = json!({"name": "x", "owner": "local|root"});
    assert_shows("unknown_field", &scene.post(&unknown).await);
    let answer = scene.get("/v1/clients?limit=0").await;
    assert_shows("limit_parameter", &answer);
    assert_shows("invalid_cursor", &scene.get("/v1/clients?cursor=x").await);
}

#[tokio::test]
async fn a_body_that_breaks_off() {
    let Scene { service, token } = Scene::new().await;
    let request = format!(
        "POST /v1/clients HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\nContent-Type: \
         application/json\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{{\"nam\r\nnonsense\r\n"
    );
    let answer = raw::exchange(service.address, request.as_bytes()).await;
    assert_eq!(raw::status(&answer), 400, "{answer}");
    assert!(answer.contains("application/problem+json"), "{answer}");
    assert!(answer.contains("the body broke off"), "{answer}");
}

#[tokio::test]
async fn what_an_idempotency_key_may_not_be() {
    let scene = Scene::new().await;
    let post = |key: &'static str, name: &'static str| {
        let call = scene.call(Method::POST, "/v1/clients");
        call.header("idempotency-key", key)
            .json(&json!({ "name": name }))
            .send()
    };
    assert_shows("idempotency_key_malformed", &post("short", "x").await);
    scene
        .service
        .faults
        .on_nth(1, "CreateSecret", Fault::Killed);
    assert_eq!(post(KEY, "x").await.status, 503);
    scene.service.faults.clear();
    assert_shows("idempotency_key_in_flight", &post(KEY, "x").await);
    assert_shows("idempotency_key_reused", &post(KEY, "y").await);
}
