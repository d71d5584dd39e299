//! What an owner decides about a client beside its name: kept, shown, replaced, patched, and refused when it breaks
//! a rule.

use http::Method;
use m2m_tests::call::Answer;
use m2m_tests::service::{self, TestService};
use m2m_tests::world::MANAGEMENT;
use serde_json::{Value, json};

struct Scene {
    service: TestService,
    token: String,
}

impl Scene {
    /// With the resource server `urn:acme:orders` and its scope `orders:read`.
    async fn new() -> Self {
        let service = service::start().await;
        let token = service.manager(MANAGEMENT).await;
        let server =
            json!({ "identifier": "urn:acme:orders", "name": "Orders", "scopes": ["orders:read"] });
        let call = service.post("/v1/resource-servers").bearer(&token);
        assert_eq!(call.json(&server).send().await.status, 201);
        Self { service, token }
    }

    async fn post(&self, body: &Value) -> Answer {
        let call = self.service.post("/v1/clients").bearer(&self.token);
        call.json(body).send().await
    }

    /// Makes a client of these settings and returns its path.
    async fn client(&self, settings: &Value) -> String {
        let answer = self.post(&with_name(settings)).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        format!("/v1/clients/{}", answer.member("client_id"))
    }

    async fn change(&self, method: Method, path: &str, body: &Value) -> Answer {
        let call = self.service.call(method, path).bearer(&self.token);
        call.header("if-match", "*").json(body).send().await
    }

    async fn shown(&self, path: &str) -> Value {
        let answer = self.service.get(path).bearer(&self.token).send().await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }
}

fn with_name(settings: &Value) -> Value {
    let mut body = settings.clone();
    body["name"] = json!("x");
    body
}

/// Each with a value that is not its default, and its default.
fn settings() -> Vec<(&'static str, Value, Value)> {
    let grants = json!([
        { "audience": "urn:acme:orders", "scopes": ["orders:read"] },
        { "audience": "urn:m2m-oauth:api", "scopes": ["orders:write"] },
    ]);
    let quota = json!({ "limit": 100, "per": "hour", "mode": "monitor" });
    vec![
        ("grants", grants, json!(null)),
        (
            "authorization_details_types",
            json!(["urn:x:limit"]),
            json!([]),
        ),
        ("dpop_bound_access_tokens", json!(true), json!(false)),
        (
            "tls_client_certificate_bound_access_tokens",
            json!(true),
            json!(false),
        ),
        (
            "custom_claims",
            json!({ "tier": { "name": "gold" } }),
            json!({}),
        ),
        ("token_quota", quota, json!(null)),
        (
            "allowed_cidrs",
            json!(["192.0.2.0/24", "2001:db8::/32"]),
            json!([]),
        ),
    ]
}

#[tokio::test]
async fn every_setting_is_kept_shown_replaced_and_patched() {
    let scene = Scene::new().await;
    for (member, value, default) in settings() {
        let path = scene.client(&json!({ member: value })).await;
        assert_eq!(scene.shown(&path).await[member], value, "{member}");
        let patched = scene
            .change(Method::PATCH, &path, &json!({ "description": "y" }))
            .await;
        assert_eq!(patched.json()[member], value, "{member} is left alone");
        let reset = scene
            .change(Method::PATCH, &path, &json!({ member: null }))
            .await;
        assert_eq!(reset.json()[member], default, "{member}");
        let set = scene
            .change(Method::PATCH, &path, &json!({ member: value }))
            .await;
        assert_eq!(set.json()[member], value, "{member}");
        let replaced = scene
            .change(Method::PUT, &path, &json!({ "name": "x" }))
            .await;
        assert_eq!(replaced.json()[member], default, "{member}");
        assert_eq!(scene.shown(&path).await, replaced.json());
    }
}

#[tokio::test]
async fn a_default_audience_stays_unless_it_is_changed_on_purpose() {
    let scene = Scene::new().await;
    let path = scene
        .client(&json!({ "default_audience": "urn:acme:orders" }))
        .await;
    for (method, body, expected) in [
        (Method::PUT, json!({ "name": "x" }), "urn:acme:orders"),
        (Method::PATCH, json!({ "name": "y" }), "urn:acme:orders"),
        // RFC 7396: null goes back to what a new client gets.
        (
            Method::PATCH,
            json!({ "default_audience": null }),
            "urn:m2m-oauth:api",
        ),
        (
            Method::PATCH,
            json!({ "default_audience": "urn:acme:orders" }),
            "urn:acme:orders",
        ),
    ] {
        let answer = scene.change(method, &path, &body).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.json()["default_audience"], expected, "{body}");
    }
}

#[tokio::test]
async fn a_patch_merges_objects() {
    let scene = Scene::new().await;
    let quota = json!({ "limit": 100, "per": "hour", "mode": "monitor" });
    let claims = json!({ "tier": { "name": "gold", "level": 3 }, "region": "eu" });
    let path = scene
        .client(&json!({ "token_quota": quota, "custom_claims": claims }))
        .await;
    let patch = json!({
        "token_quota": { "limit": 5 },
        "custom_claims": { "tier": { "level": null }, "region": null, "new": [1] },
    });
    let patched = scene.change(Method::PATCH, &path, &patch).await.json();
    let quota = json!({ "limit": 5, "per": "hour", "mode": "monitor" });
    assert_eq!(patched["token_quota"], quota);
    let claims = json!({ "tier": { "name": "gold" }, "new": [1] });
    assert_eq!(patched["custom_claims"], claims);
}

#[tokio::test]
async fn what_breaks_a_rule_is_named() {
    let scene = Scene::new().await;
    let issuer = scene.service.issuer.join("/v1");
    let grant = |audience: &str, scope: &str| json!({ "audience": audience, "scopes": [scope] });
    let api = "urn:m2m-oauth:api";
    let many = |value: Value, number: usize| Value::Array(vec![value; number]);
    for (member, value, pointer) in [
        ("default_audience", json!("urn:acme:nothing"), ""),
        ("default_audience", json!(issuer), ""),
        ("default_audience", json!("relative"), ""),
        (
            "grants",
            json!([grant("urn:acme:nothing", "x")]),
            "/0/audience",
        ),
        ("grants", json!([grant(api, "orders:read")]), "/0/scopes"),
        (
            "grants",
            json!([grant(api, "a"), grant(api, "b")]),
            "/1/audience",
        ),
        (
            "grants",
            json!([grant("urn:acme:orders", "orders:read")]),
            "",
        ),
        ("grants", json!([]), ""),
        ("grant_types", json!([]), ""),
        ("grant_types", json!(["password"]), "/0"),
        ("grant_types", json!(["CLIENT_CREDENTIALS"]), "/0"),
        ("token_endpoint_auth_method", json!("none"), ""),
        ("custom_claims", json!({ "scope": "admin" }), ""),
        ("custom_claims", json!([]), ""),
        (
            "token_quota",
            json!({ "limit": 0, "per": "hour" }),
            "/limit",
        ),
        ("token_quota", json!({ "limit": 1, "per": "year" }), "/per"),
        ("token_quota", json!({ "limit": 1 }), ""),
        ("allowed_cidrs", json!(["192.0.2.1/24"]), "/0"),
        ("allowed_cidrs", json!(["192.0.2.1"]), "/0"),
        ("allowed_cidrs", many(json!("10.0.0.0/8"), 101), ""),
        ("authorization_details_types", json!(["a b"]), "/0"),
        ("dpop_bound_access_tokens", json!("yes"), ""),
        ("overlap_seconds", json!(0), ""),
    ] {
        let answer = scene.post(&with_name(&json!({ member: value }))).await;
        let refused = (400, "invalid-request".to_owned());
        assert_eq!(answer.refusal(), refused, "{member} {value}");
        let pointers = answer.pointers();
        assert!(
            pointers[0].starts_with(&format!("/{member}{pointer}")),
            "{member} {value}: {pointers:?}"
        );
    }
}

#[tokio::test]
async fn what_a_change_leaves_alone_is_not_judged_again() {
    let scene = Scene::new().await;
    let grants = json!([{ "audience": "urn:acme:orders", "scopes": ["orders:read"] }]);
    let settings = json!({ "default_audience": "urn:acme:orders", "grants": grants });
    let path = scene.client(&settings).await;
    let servers = "/v1/resource-servers?identifier=urn:acme:orders";
    let servers = scene.shown(servers).await;
    let id = servers["items"][0]["resource_server_id"].as_str().unwrap();
    let server = format!("/v1/resource-servers/{id}");
    let call = scene
        .service
        .call(Method::DELETE, &server)
        .bearer(&scene.token);
    assert_eq!(call.send().await.status, 204);
    let answer = scene
        .change(Method::PATCH, &path, &json!({ "description": "y" }))
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json()["grants"], grants);
    let again = scene.post(&with_name(&settings)).await;
    assert_eq!(
        again.pointers(),
        ["/default_audience", "/grants/0/audience"]
    );
}
