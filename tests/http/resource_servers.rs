//! `/v1/resource-servers`.

use http::Method;
use m2m_local::stand_in::faults::Fault;
use m2m_tests::call::{Answer, Call};
use m2m_tests::service::{self, TestService};
use m2m_tests::world::MANAGEMENT;
use serde_json::{Value, json};

use crate::snapshot::assert_shows;

const SERVERS: &str = "/v1/resource-servers";

struct Scene {
    service: TestService,
    token: String,
}

impl Scene {
    async fn new() -> Self {
        let service = service::start().await;
        let token = service.manager(MANAGEMENT).await;
        Self { service, token }
    }

    fn call(&self, method: Method, path: &str) -> Call {
        self.service.call(method, path).bearer(&self.token)
    }

    async fn post(&self, body: &Value) -> Answer {
        self.call(Method::POST, SERVERS).json(body).send().await
    }

    /// Records a resource server and returns its path.
    async fn record(&self, body: &Value) -> String {
        let answer = self.post(body).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        format!("{SERVERS}/{}", answer.member("resource_server_id"))
    }

    async fn change(&self, method: Method, path: &str, body: &Value) -> Answer {
        let call = self.call(method, path).header("if-match", "*");
        call.json(body).send().await
    }

    async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path).send().await
    }

    async fn identifiers(&self, query: &str) -> Vec<String> {
        let answer = self.get(&format!("{SERVERS}?{query}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let items = answer.json()["items"].as_array().unwrap().clone();
        let identifier = |item: &Value| item["identifier"].as_str().unwrap().to_owned();
        items.iter().map(identifier).collect()
    }
}

fn orders() -> Value {
    json!({
        "identifier": "https://orders.example/v1", "name": "Orders",
        "scopes": ["orders:read", "orders:write"], "access_token_ttl_seconds": 600,
        "algorithm": "ES256", "introspection_clients": ["m2m_manager"],
        "authorization_details_types": ["urn:orders:limit"],
    })
}

fn named(name: &str, scopes: &[&str]) -> Value {
    json!({ "identifier": format!("urn:acme:{name}"), "name": name, "scopes": scopes })
}

#[tokio::test]
async fn what_was_recorded_is_shown_everywhere() {
    let scene = Scene::new().await;
    let answer = scene.post(&orders()).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let made = answer.json();
    for (member, value) in orders().as_object().unwrap() {
        assert_eq!(made[member], *value, "{member}");
    }
    let id = answer.member("resource_server_id");
    let location = scene.service.issuer.join(&format!("{SERVERS}/{id}"));
    assert_eq!(answer.header("location"), Some(location.as_str()));
    let read = scene.get(&format!("{SERVERS}/{id}")).await;
    assert_eq!(read.json(), made);
    assert_eq!(read.header("etag"), answer.header("etag"));
    let list = scene.get(SERVERS).await.json();
    assert_eq!(list, json!({ "items": [made], "next_cursor": null }));
}

#[tokio::test]
async fn only_an_operator_changes_and_whoever_sees_clients_reads() {
    let scene = Scene::new().await;
    let path = scene.record(&orders()).await;
    let service = &scene.service;
    let lesser = "admin clients:delegate clients:read clients:reveal clients:write";
    let lesser = service.management_token("manager", lesser).await;
    for (method, path) in [
        (Method::POST, SERVERS),
        (Method::PUT, &path),
        (Method::PATCH, &path),
        (Method::DELETE, &path),
    ] {
        let call = service.call(method.clone(), path).bearer(&lesser);
        let body = match method {
            Method::POST => orders(),
            Method::PUT => json!({ "name": "x" }),
            _ => json!({}),
        };
        let answer = call.json(&body).send().await;
        let refused = (403, "insufficient-scope".to_owned());
        assert_eq!(answer.refusal(), refused, "{method}");
    }
    let writer = service.management_token("manager", "clients:write").await;
    for (token, status) in [(&lesser, 200), (&writer, 403)] {
        for path in [SERVERS, &path] {
            let answer = service.get(path).bearer(token).send().await;
            assert_eq!(answer.status, status, "{path}");
        }
    }
}

#[tokio::test]
async fn the_same_create_again_gets_the_same_answer() {
    let scene = Scene::new().await;
    let first = scene.post(&orders()).await;
    let again = scene.post(&orders()).await;
    assert_eq!((again.status, again.json()), (201, first.json()));
    let mut other = orders();
    other["name"] = json!("Other");
    assert_shows("identifier_taken", &scene.post(&other).await);
    let management = scene.service.issuer.join("/v1");
    let management = json!({ "identifier": management, "name": "x" });
    let taken = (409, "identifier-taken".to_owned());
    assert_eq!(scene.post(&management).await.refusal(), taken);
}

#[tokio::test]
async fn a_scope_is_one_resource_servers() {
    let scene = Scene::new().await;
    scene.record(&orders()).await;
    let bills = scene.record(&named("bills", &["bills:read"])).await;
    let taken = scene.post(&named("mine", &["mine", "orders:read"])).await;
    assert_shows("scope_taken", &taken);
    for scopes in [json!(["orders:write"]), json!(["clients:read"])] {
        let body = json!({ "scopes": scopes });
        let answer = scene.change(Method::PATCH, &bills, &body).await;
        assert_eq!(
            answer.refusal(),
            (409, "scope-taken".to_owned()),
            "{scopes}"
        );
    }
    assert_eq!(
        scene.get(&bills).await.json()["scopes"],
        json!(["bills:read"])
    );
}

#[tokio::test]
async fn a_replace_resets_and_a_patch_leaves_alone() {
    let scene = Scene::new().await;
    let path = scene.record(&orders()).await;
    let patch = json!({ "name": "New", "algorithm": null });
    let patched = scene.change(Method::PATCH, &path, &patch).await.json();
    assert_eq!(
        (&patched["name"], &patched["algorithm"]),
        (&json!("New"), &json!(null))
    );
    assert_eq!(patched["scopes"], orders()["scopes"]);
    let replaced = scene
        .change(Method::PUT, &path, &json!({ "name": "Newer" }))
        .await;
    assert_eq!(replaced.header("etag"), Some("\"3\""));
    let replaced = replaced.json();
    assert_eq!(replaced["identifier"], orders()["identifier"]);
    for (member, value) in [
        ("scopes", json!([])),
        ("access_token_ttl_seconds", json!(null)),
        ("introspection_clients", json!([])),
        ("authorization_details_types", json!([])),
    ] {
        assert_eq!(replaced[member], value, "{member}");
    }
}

#[tokio::test]
async fn a_change_expects_what_was_read() {
    let scene = Scene::new().await;
    let path = scene.record(&orders()).await;
    let body = json!({ "name": "x" });
    let unconditional = scene.call(Method::PUT, &path).json(&body).send().await;
    assert_shows("resource_server_precondition_required", &unconditional);
    for method in [Method::PUT, Method::PATCH, Method::DELETE] {
        let call = scene.call(method, &path).header("if-match", "\"7\"");
        let answer = call.json(&body).send().await;
        assert_shows("resource_server_precondition_failed", &answer);
    }
}

#[tokio::test]
async fn a_deleted_one_is_gone_and_its_scopes_are_free() {
    let scene = Scene::new().await;
    let path = scene.record(&orders()).await;
    let deleted = scene.call(Method::DELETE, &path).send().await;
    assert_eq!(deleted.status, 204);
    assert_shows("resource_server_not_found", &scene.get(&path).await);
    scene.record(&named("other", &["orders:read"])).await;
}

#[tokio::test]
async fn what_breaks_a_rule_is_named() {
    let scene = Scene::new().await;
    let many: Vec<String> = (0..201).map(|n| format!("s{n}")).collect();
    for (member, value) in [
        ("identifier", json!("/relative")),
        ("identifier", json!("https://api.example/#fragment")),
        ("name", json!("")),
        ("scopes", json!(["a b"])),
        ("scopes", json!(many)),
        ("access_token_ttl_seconds", json!(59)),
        ("algorithm", json!("none")),
        ("introspection_clients", json!(many[..101])),
        ("authorization_details_types", json!(many[..51])),
        ("resource_server_id", json!("rs_01j00000000000000000000000")),
        ("created_at", json!("2026-01-01T00:00:00Z")),
    ] {
        let mut body = orders();
        body[member] = value;
        let answer = scene.post(&body).await;
        assert_eq!(
            answer.refusal(),
            (400, "invalid-request".to_owned()),
            "{member}"
        );
        let pointers = answer.pointers();
        assert!(
            pointers[0].starts_with(&format!("/{member}")),
            "{pointers:?}"
        );
    }
    let path = scene.record(&orders()).await;
    let renamed = json!({ "name": "x", "identifier": "urn:x:y" });
    for method in [Method::PUT, Method::PATCH] {
        let answer = scene.change(method, &path, &renamed).await;
        assert_eq!(answer.pointers(), ["/identifier"]);
    }
    let nameless = scene
        .change(Method::PATCH, &path, &json!({ "name": null }))
        .await;
    assert_eq!(nameless.pointers(), ["/name"]);
}

#[tokio::test]
async fn a_list_pages_and_finds_by_identifier() {
    let scene = Scene::new().await;
    for name in ["c", "a", "b"] {
        scene.record(&named(name, &[name])).await;
        scene
            .service
            .clock
            .advance(jiff::SignedDuration::from_secs(1));
    }
    let made = ["urn:acme:c", "urn:acme:a", "urn:acme:b"];
    assert_eq!(scene.identifiers("limit=200").await, made);
    assert_eq!(scene.identifiers("identifier=urn:acme:a").await, [made[1]]);
    assert!(scene.identifiers("identifier=urn:acme:d").await.is_empty());
    let first = scene.get(&format!("{SERVERS}?limit=2")).await;
    let cursor = first.member("next_cursor");
    assert_eq!(
        scene.identifiers(&format!("limit=2&cursor={cursor}")).await,
        made[2..]
    );
    for query in [
        format!("cursor={cursor}x"),
        "limit=0".to_owned(),
        "name=a".to_owned(),
    ] {
        let answer = scene.get(&format!("{SERVERS}?{query}")).await;
        assert_eq!(answer.status, 400, "{query}");
    }
    let foreign = scene.get(&format!("/v1/clients?cursor={cursor}")).await;
    assert_eq!(foreign.refusal(), (400, "invalid-cursor".to_owned()));
}

#[tokio::test]
async fn changes_at_one_time_are_all_done() {
    let scene = Scene::new().await;
    let [a, b, c, d] = ["a", "b", "c", "d"].map(|name| named(name, &[name]));
    let (a, b, c, d) = tokio::join!(
        scene.post(&a),
        scene.post(&b),
        scene.post(&c),
        scene.post(&d)
    );
    for answer in [a, b, c, d] {
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
    assert_eq!(scene.identifiers("limit=200").await.len(), 4);
}

#[tokio::test]
async fn a_store_that_fails_is_503_and_a_lost_answer_is_found_out() {
    let scene = Scene::new().await;
    for fault in [Fault::ServerError, Fault::AccessDenied] {
        scene.service.faults.always("TransactWriteItems", fault);
        let answer = scene.post(&orders()).await;
        assert_eq!(answer.refusal(), (503, "unavailable".to_owned()));
        scene.service.faults.clear();
        assert!(scene.identifiers("").await.is_empty());
    }
    scene
        .service
        .faults
        .always("TransactWriteItems", Fault::AnswerLost);
    let answer = scene.post(&orders()).await;
    assert_eq!(answer.refusal(), (503, "unavailable".to_owned()));
    scene.service.faults.clear();
    let again = scene.post(&orders()).await;
    assert_eq!(again.status, 201, "{}", again.text());
    assert_eq!(scene.identifiers("").await.len(), 1);
}
