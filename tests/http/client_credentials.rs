//! How a client proves who it is, as its owner sets it.

use http::Method;
use jiff::SignedDuration;
use m2m_core::client::Client;
use m2m_core::client_auth::AuthMethod;
use m2m_testkit::builders::{client_id, scopes};
use m2m_tests::call::Answer;
use m2m_tests::service::{self, TestService};
use m2m_tests::world::{MANAGEMENT, ada, client_of};
use serde_json::{Value, json};

use crate::snapshot::assert_shows;

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

    async fn post(&self, settings: &Value) -> Answer {
        let mut body = settings.clone();
        body["name"] = json!("x");
        let call = self.service.post("/v1/clients").bearer(&self.token);
        call.json(&body).send().await
    }

    async fn patch(&self, path: &str, body: &Value) -> Answer {
        let call = self.service.call(Method::PATCH, path).bearer(&self.token);
        call.json(body).send().await
    }

    /// Makes a client of these settings and returns its path.
    async fn client(&self, settings: &Value) -> String {
        let answer = self.post(settings).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        format!("/v1/clients/{}", answer.member("client_id"))
    }
}

/// The example of RFC 8037, appendix A.2, and that of RFC 7517, appendix A.1.
fn jwks() -> Value {
    json!({ "keys": [{
        "kty": "OKP", "crv": "Ed25519", "kid": "one", "alg": "EdDSA",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    }] })
}

fn ec_jwks() -> Value {
    json!({ "keys": [{
        "kty": "EC", "crv": "P-256", "kid": "two", "alg": "ES256",
        "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
    }] })
}

fn trust() -> Value {
    json!([{
        "issuer": "https://token.example", "subject": "repo:acme/app", "audience": "m2m", "max_age_seconds": 3600,
        "subject_is_pattern": false,
    }])
}

/// Each way that works without a secret.
fn modes() -> Vec<Value> {
    let with = |method: &str, member: &str, value: Value| json!({ "token_endpoint_auth_method": method, member: value });
    vec![
        with("private_key_jwt", "jwks", jwks()),
        with(
            "private_key_jwt",
            "jwks_uri",
            json!("https://keys.example/jwks.json"),
        ),
        with("private_key_jwt", "trust", trust()),
        with(
            "tls_client_auth",
            "tls_client_auth_subject_dn",
            json!("CN=payments,O=Acme"),
        ),
        with(
            "tls_client_auth",
            "tls_client_auth_san_dns",
            json!("payments.acme.example"),
        ),
        with(
            "tls_client_auth",
            "tls_client_auth_san_uri",
            json!("spiffe://acme.example/payments"),
        ),
        with(
            "tls_client_auth",
            "tls_client_auth_san_ip",
            json!("2001:db8::1"),
        ),
        with(
            "tls_client_auth",
            "tls_client_auth_san_email",
            json!("payments@acme.example"),
        ),
        with("self_signed_tls_client_auth", "jwks", ec_jwks()),
        with(
            "self_signed_tls_client_auth",
            "jwks_uri",
            json!("https://keys.example/jwks.json"),
        ),
    ]
}

#[tokio::test]
async fn a_client_without_a_secret_gets_none_and_shows_what_it_has() {
    let scene = Scene::new().await;
    for mode in modes() {
        let created = scene.post(&mode).await;
        assert_eq!(created.status, 201, "{mode}: {}", created.text());
        let created = created.json();
        for member in [
            "client_secret",
            "client_secret_id",
            "client_secret_expires_at",
        ] {
            assert_eq!(created.get(member), None, "{mode}");
        }
        let path = format!("/v1/clients/{}", created["client_id"].as_str().unwrap());
        let get = async |path: &str| {
            scene
                .service
                .get(path)
                .bearer(&scene.token)
                .send()
                .await
                .json()
        };
        let shown = get(&path).await;
        for (member, value) in mode.as_object().unwrap() {
            assert_eq!((&created[member], &shown[member]), (value, value), "{mode}");
        }
        let others = modes();
        let others = others
            .iter()
            .flat_map(|mode| mode.as_object().unwrap().keys());
        for other in others.filter(|other| mode.get(other.as_str()).is_none()) {
            assert_eq!(shown.get(other), None, "{mode}");
        }
        let secrets = get(&format!("{path}/secrets")).await;
        assert_eq!(secrets["items"], json!([]), "{mode}");
        let deleted = scene
            .service
            .call(Method::DELETE, &path)
            .bearer(&scene.token)
            .send()
            .await;
        assert_eq!(deleted.status, 204, "{mode}");
    }
}

#[tokio::test]
async fn a_create_without_a_secret_can_be_repeated() {
    let scene = Scene::new().await;
    let create = async || {
        let call = scene.service.post("/v1/clients").bearer(&scene.token);
        let call = call.header("idempotency-key", "0123456789abcdef0123456789abcdef");
        let body =
            json!({ "name": "x", "token_endpoint_auth_method": "private_key_jwt", "jwks": jwks() });
        call.json(&body).send().await
    };
    let first = create().await;
    assert_eq!(first.status, 201, "{}", first.text());
    assert_eq!(create().await.body, first.body);
}

#[tokio::test]
async fn there_is_exactly_one_mode_and_it_is_whole() {
    let scene = Scene::new().await;
    let private = json!({ "keys": [{
        "kty": "OKP", "crv": "Ed25519", "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    }] });
    let symmetric = json!({ "keys": [{ "kty": "oct", "k": "AAAA" }] });
    let jwt = "private_key_jwt";
    let tls = "tls_client_auth";
    for (body, pointer) in [
        (json!({ "jwks": jwks() }), "/jwks"),
        (
            json!({ "token_endpoint_auth_method": jwt }),
            "/token_endpoint_auth_method",
        ),
        (
            json!({ "token_endpoint_auth_method": tls }),
            "/token_endpoint_auth_method",
        ),
        (
            json!({ "token_endpoint_auth_method": tls, "jwks": jwks() }),
            "/jwks",
        ),
        (
            json!({ "token_endpoint_auth_method": "self_signed_tls_client_auth", "trust": trust() }),
            "/trust",
        ),
        (
            json!({ "token_endpoint_auth_method": jwt, "jwks": jwks(), "jwks_uri": "https://a.example/" }),
            "/jwks_uri",
        ),
        (
            json!({ "token_endpoint_auth_method": jwt, "jwks": jwks(), "trust": trust() }),
            "/trust",
        ),
        (
            json!({ "token_endpoint_auth_method": jwt, "trust": trust(), "assertion_audience": "issuer" }),
            "/assertion_audience",
        ),
        (
            json!({ "assertion_audience": "token_endpoint" }),
            "/assertion_audience",
        ),
        (
            json!({ "token_endpoint_auth_method": jwt, "jwks": { "keys": [] } }),
            "/jwks",
        ),
        (
            json!({ "token_endpoint_auth_method": jwt, "jwks": private }),
            "/jwks",
        ),
        (
            json!({ "token_endpoint_auth_method": jwt, "jwks": symmetric }),
            "/jwks",
        ),
        (
            json!({ "token_endpoint_auth_method": jwt, "jwks_uri": "http://keys.example/" }),
            "/jwks_uri",
        ),
        (
            json!({ "token_endpoint_auth_method": jwt, "jwks_uri": "https://keys.example" }),
            "/jwks_uri",
        ),
        (
            json!({ "token_endpoint_auth_method": jwt, "jwks_uri": "https://a:b@keys.example/" }),
            "/jwks_uri",
        ),
        (
            json!({ "token_endpoint_auth_method": jwt, "trust": [] }),
            "/trust",
        ),
        (
            json!({ "token_endpoint_auth_method": jwt, "trust": [{ "issuer": "https://t.example", "subject": "*",
            "subject_is_pattern": true, "audience": "m2m" }] }),
            "/trust/0/subject",
        ),
        (
            json!({ "token_endpoint_auth_method": tls, "tls_client_auth_subject_dn": "payments" }),
            "/tls_client_auth_subject_dn",
        ),
        (
            json!({ "token_endpoint_auth_method": tls, "tls_client_auth_san_dns": "*.example" }),
            "/tls_client_auth_san_dns",
        ),
        (
            json!({ "token_endpoint_auth_method": tls, "tls_client_auth_san_uri": "payments" }),
            "/tls_client_auth_san_uri",
        ),
        (
            json!({ "token_endpoint_auth_method": tls, "tls_client_auth_san_ip": "1.2.3" }),
            "/tls_client_auth_san_ip",
        ),
        (
            json!({ "token_endpoint_auth_method": tls, "tls_client_auth_san_email": "payments" }),
            "/tls_client_auth_san_email",
        ),
        (
            json!({ "token_endpoint_auth_method": tls, "tls_client_auth_san_ip": "10.0.0.1", "tls_client_auth_san_dns": "a.b" }),
            "/tls_client_auth_san_ip",
        ),
    ] {
        let answer = scene.post(&body).await;
        assert_eq!(
            answer.refusal(),
            (400, "invalid-request".to_owned()),
            "{body}"
        );
        assert_eq!(answer.pointers(), [pointer], "{body}");
    }
}

#[tokio::test]
async fn other_credentials_take_the_place_of_those_before_with_an_overlap_if_wanted() {
    let scene = Scene::new().await;
    let path = scene.client(&json!({})).await;
    let to_keys = json!({
        "token_endpoint_auth_method": "private_key_jwt", "jwks": jwks(), "overlap_seconds": 3600,
    });
    let changed = scene.patch(&path, &to_keys).await.json();
    let until = scene.service.clock.now() + SignedDuration::from_hours(1);
    let retiring = json!({ "token_endpoint_auth_method": "client_secret_basic", "until": until });
    assert_eq!(changed["retiring_auth_method"], retiring);
    assert_eq!(changed.get("overlap_seconds"), None);
    // Naming another member of the same method replaces the one before.
    let to_uri = json!({ "jwks_uri": "https://keys.example/jwks.json" });
    let changed = scene.patch(&path, &to_uri).await.json();
    assert_eq!(
        (changed.get("jwks"), changed.get("retiring_auth_method")),
        (None, None)
    );
    assert_eq!(changed["jwks_uri"], to_uri["jwks_uri"]);
}

#[tokio::test]
async fn a_secret_that_was_replaced_comes_back_only_during_the_overlap() {
    let back = json!({ "token_endpoint_auth_method": null });
    for (overlap, comes_back) in [(3600, true), (0, false)] {
        let scene = Scene::new().await;
        let path = scene.client(&json!({})).await;
        let to_keys = json!({
            "token_endpoint_auth_method": "private_key_jwt", "jwks": jwks(), "overlap_seconds": overlap,
        });
        assert_eq!(scene.patch(&path, &to_keys).await.status, 200);
        let changed = scene.patch(&path, &back).await;
        if comes_back {
            let method = changed.member("token_endpoint_auth_method");
            assert_eq!(method, "client_secret_basic", "{}", changed.text());
            assert_eq!(changed.json().get("jwks"), None);
        } else {
            assert_eq!(changed.refusal(), (409, "no-secret".to_owned()));
        }
    }
}

use m2m_core::clock::Clock as _;

#[tokio::test]
async fn an_overlap_under_way_can_be_ended_and_never_prolonged() {
    let scene = Scene::new().await;
    let path = scene.client(&json!({})).await;
    let to_keys = json!({
        "token_endpoint_auth_method": "private_key_jwt", "jwks": jwks(), "overlap_seconds": 3600,
    });
    let until = scene.patch(&path, &to_keys).await.json()["retiring_auth_method"]["until"].clone();
    let longer = scene
        .patch(&path, &json!({ "overlap_seconds": 7200 }))
        .await
        .json();
    assert_eq!(longer["retiring_auth_method"]["until"], until);
    let ended = scene
        .patch(&path, &json!({ "overlap_seconds": 0 }))
        .await
        .json();
    assert_eq!(ended.get("retiring_auth_method"), None);
    let too_long = scene
        .patch(&path, &json!({ "overlap_seconds": 2_592_001 }))
        .await;
    assert_eq!(too_long.pointers(), ["/overlap_seconds"]);
}

#[tokio::test]
async fn a_client_goes_over_only_to_a_secret_that_it_has() {
    let scene = Scene::new().await;
    let keys = json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks": jwks() });
    let path = scene.client(&keys).await;
    let answer = scene
        .patch(
            &path,
            &json!({ "token_endpoint_auth_method": "client_secret_basic" }),
        )
        .await;
    assert_shows("no_secret", &answer);
}

/// HOSTILE 37: whoever could give a stronger client credentials of its own would be as strong.
#[tokio::test]
async fn h37_nobody_re_keys_a_client_wider_than_its_own_token() {
    let scene = Scene::new().await;
    scene.service.add_client(client_of(&ada(), "wide")).await;
    let narrow = Client {
        scopes: Some(scopes("clients:read clients:write orders:read")),
        ..client_of(&ada(), "narrow")
    };
    scene.service.add_client(narrow).await;
    let token = scene
        .service
        .management_token("narrow", "clients:read clients:write")
        .await;
    let keys = json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks": jwks() });
    for body in [
        keys,
        json!({ "allowed_cidrs": ["10.0.0.0/8"] }),
        json!({ "custom_claims": { "tier": "gold" } }),
        json!({ "dpop_bound_access_tokens": true }),
        json!({ "grants": [{ "audience": "urn:m2m-oauth:api", "scopes": [] }] }),
        json!({ "access_token_ttl_seconds": 86_400 }),
        json!({ "token_quota": { "limit": 1_000_000, "per": "hour" } }),
    ] {
        let call = scene
            .service
            .call(Method::PATCH, "/v1/clients/m2m_wide")
            .bearer(&token);
        let answer = call.json(&body).send().await;
        assert_eq!(
            answer.refusal(),
            (403, "insufficient-scope".to_owned()),
            "{body}"
        );
    }
    let directory = &scene.service.deployment.ports().directory;
    let wide = directory
        .find_client(&client_id("wide"))
        .await
        .unwrap()
        .client
        .unwrap();
    assert_eq!(wide.auth.method, AuthMethod::ClientSecret);
}
