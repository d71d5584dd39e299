//! What a body may say, member by member.

use http::Method;
use m2m_tests::call::Answer;
use m2m_tests::service::{self, TestService};
use m2m_tests::world::{MANAGEMENT, ada, client_of};
use serde_json::{Value, json};

async fn post(service: &TestService, token: &str, body: impl Into<Vec<u8>>) -> Answer {
    let call = service.post("/v1/clients").bearer(token);
    call.body("application/json", body).send().await
}

#[track_caller]
fn assert_invalid(answer: &Answer, pointer: &str) {
    assert_eq!(
        answer.refusal(),
        (400, "invalid-request".to_owned()),
        "{pointer}"
    );
    assert_eq!(answer.pointers(), [pointer], "{}", answer.text());
}

async fn scene() -> (TestService, String) {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    (service, token)
}

#[tokio::test]
async fn what_the_service_decides_cannot_be_set() {
    let (service, token) = scene().await;
    service.add_client(client_of(&ada(), "orders")).await;
    for (field, value) in [
        ("owner", json!("local|eve")),
        ("organization", json!("other")),
        ("client_id", json!("m2m_mine")),
        ("client_secret", json!("m2ms_x")),
        ("client_secret_id", json!("x")),
        ("created_at", json!("2026-01-01T00:00:00Z")),
        ("updated_at", json!("2026-01-01T00:00:00Z")),
        ("last_used_at", json!(null)),
        ("restorable_until", json!(null)),
        ("status", json!("active")),
        ("generation", json!(0)),
        ("gen", json!(0)),
        ("revision", json!(1)),
        ("secrets", json!([])),
        ("token_endpoint_auth_method", json!("none")),
        ("retiring_auth_method", json!(null)),
        ("__proto__", json!({})),
        ("Name", json!("x")),
    ] {
        let body = json!({"name": "x", field: value});
        let pointer = format!("/{field}");
        let answer = post(&service, &token, body.to_string()).await;
        assert_invalid(&answer, &pointer);
        for method in [Method::PUT, Method::PATCH] {
            let call = service
                .call(method, "/v1/clients/m2m_orders")
                .bearer(&token);
            let answer = call.header("if-match", "*").json(&body).send().await;
            assert_invalid(&answer, &pointer);
        }
    }
    let list = service
        .get("/v1/clients")
        .bearer(&token)
        .send()
        .await
        .json();
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_pointer_is_escaped() {
    let (service, token) = scene().await;
    let answer = post(&service, &token, r#"{"name": "x", "a/b~c": 1}"#).await;
    assert_invalid(&answer, "/a~1b~0c");
}

#[tokio::test]
async fn wrong_types_are_refused() {
    let (service, token) = scene().await;
    for (field, value) in [
        ("name", json!(1)),
        ("name", json!(null)),
        ("name", json!(["x"])),
        ("description", json!(1)),
        ("scopes", json!("orders:read")),
        ("scopes", json!({"orders:read": true})),
        ("default_scopes", json!("orders:read")),
        ("access_token_ttl_seconds", json!("60")),
        ("access_token_ttl_seconds", json!(60.5)),
        ("access_token_ttl_seconds", json!(true)),
        ("deletion_protection", json!("true")),
        ("deletion_protection", json!(1)),
        ("deletion_protection", json!(null)),
        ("tags", json!([])),
        ("secret_storage", json!("floppy")),
        ("secret_storage", json!(1)),
    ] {
        let mut body = json!({"name": "x"});
        body[field] = value;
        let answer = post(&service, &token, body.to_string()).await;
        assert_invalid(&answer, &format!("/{field}"));
    }
    let answer = post(&service, &token, r#"{"name": "x", "scopes": ["a", 1]}"#).await;
    assert_invalid(&answer, "/scopes/1");
    let answer = post(&service, &token, r#"{"name": "x", "tags": {"a": 1}}"#).await;
    assert_invalid(&answer, "/tags/a");
}

#[tokio::test]
async fn what_is_no_object_is_refused() {
    let (service, token) = scene().await;
    service.add_client(client_of(&ada(), "orders")).await;
    for body in [
        "[]",
        "[\"x\"]",
        "[\"x\",null]",
        "\"x\"",
        "1",
        "null",
        "true",
    ] {
        assert_invalid(&post(&service, &token, body).await, "");
        for method in [Method::PUT, Method::PATCH] {
            let call = service
                .call(method, "/v1/clients/m2m_orders")
                .bearer(&token);
            let call = call.header("if-match", "*");
            assert_invalid(&call.body("application/json", body).send().await, "");
        }
    }
}

#[tokio::test]
async fn what_is_no_json_is_refused() {
    let (service, token) = scene().await;
    let bodies: [&[u8]; 9] = [
        b"",
        b"{",
        b"{\"name\": \"x\"",
        b"{\"name\": \"x\",}",
        b"{'name': 'x'}",
        b"{\"name\": \"x\"} trailing",
        b"{\"name\": \"x\"}{\"name\": \"y\"}",
        b"\xef\xbb\xbf{\"name\": \"x\"}",
        b"// comment\n{\"name\": \"x\"}",
    ];
    for body in bodies {
        let answer = post(&service, &token, body).await;
        assert_eq!(answer.refusal(), (400, "invalid-request".to_owned()));
    }
    for not_utf8 in [&b"{\"name\": \"\xff\"}"[..], b"{\"name\": \"\\ud800\"}"] {
        let answer = post(&service, &token, not_utf8).await;
        assert_eq!(answer.refusal(), (400, "invalid-request".to_owned()));
    }
}

#[tokio::test]
async fn repeated_members_are_refused() {
    let (service, token) = scene().await;
    for (body, pointer, detail) in [
        (
            r#"{"name": "x", "name": "y"}"#,
            "",
            "duplicate field `name`",
        ),
        (
            r#"{"name": "x", "na\u006de": "y"}"#,
            "",
            "duplicate field `name`",
        ),
        (
            r#"{"name": "x", "scopes": [], "scopes": [""]}"#,
            "",
            "duplicate field `scopes`",
        ),
        (
            r#"{"name": "x", "tags": {}, "tags": {}}"#,
            "",
            "duplicate field `tags`",
        ),
    ] {
        let answer = post(&service, &token, body).await;
        assert_invalid(&answer, pointer);
        assert_eq!(answer.member("detail"), detail);
    }
    let tags = r#"{"name": "x", "tags": {"a": "1", "a": "2"}}"#;
    assert_invalid(&post(&service, &token, tags).await, "/tags");
}

#[tokio::test]
async fn deep_and_huge_json_is_refused() {
    let (service, token) = scene().await;
    let deep = |member: &str| {
        let depth = 20_000;
        format!(
            "{{\"name\": \"x\", \"{member}\": {}{}}}",
            "[".repeat(depth),
            "]".repeat(depth)
        )
    };
    for member in ["tags", "scopes", "unknown"] {
        let answer = post(&service, &token, deep(member)).await;
        assert_eq!(answer.refusal(), (400, "invalid-request".to_owned()));
    }
    for number in [
        "1e400",
        "-1",
        "59",
        "86401",
        "4294967296",
        "18446744073709551616",
        "0.1e3",
        "1E2",
    ] {
        let body = format!("{{\"name\": \"x\", \"access_token_ttl_seconds\": {number}}}");
        assert_invalid(
            &post(&service, &token, body).await,
            "/access_token_ttl_seconds",
        );
    }
    let digits = format!(
        "{{\"name\": \"x\", \"access_token_ttl_seconds\": {}}}",
        "9".repeat(60_000)
    );
    assert_invalid(
        &post(&service, &token, digits).await,
        "/access_token_ttl_seconds",
    );
}

#[tokio::test]
async fn lists_and_maps_have_limits() {
    let (service, token) = scene().await;
    let tags = |count: usize| -> Value {
        let pairs = (0..count).map(|n| (format!("t{n}"), json!("v")));
        json!({"name": "x", "tags": serde_json::Map::from_iter(pairs)})
    };
    assert_eq!(
        post(&service, &token, tags(50).to_string()).await.status,
        201
    );
    assert_invalid(&post(&service, &token, tags(51).to_string()).await, "/tags");
    let scopes: Vec<_> = (0..201).map(|n| format!("s{n}")).collect();
    let body = json!({"name": "x", "scopes": scopes});
    assert_invalid(&post(&service, &token, body.to_string()).await, "/scopes");
    for key in ["", "a#b", "é", "a b"] {
        let body = json!({"name": "x", "tags": {key: "v"}});
        let answer = post(&service, &token, body.to_string()).await;
        assert_eq!(
            answer.refusal(),
            (400, "invalid-request".to_owned()),
            "{key}"
        );
    }
}

#[tokio::test]
async fn a_name_is_what_a_person_can_read() {
    let (service, token) = scene().await;
    let name = |name: String| post(&service, &token, json!({ "name": name }).to_string());
    for good in [
        "x",
        "Zahlungen für Köln",
        "支払い",
        "emoji 🦀",
        &"é".repeat(128),
        "=1+1",
        "<b>",
    ] {
        let answer = name(good.to_owned()).await;
        assert_eq!(answer.status, 201, "{good}");
        assert_eq!(answer.member("name"), good);
    }
    for bad in [
        "",
        " ",
        " x",
        "x ",
        "a\nb",
        "a\u{0}b",
        "a\u{7f}b",
        "a\u{85}b",
        "a\u{200b}b",
        "a\u{200d}b",
        "a\u{202e}b",
        "a\u{2066}b",
        "a\u{feff}b",
        "a\u{2028}b",
        "a\u{e0041}b",
        "e\u{301}",
        &"x".repeat(129),
    ] {
        let answer = name(bad.to_owned()).await;
        assert_invalid(&answer, "/name");
    }
}

#[tokio::test]
async fn the_media_type_must_be_json() {
    let (service, token) = scene().await;
    let body = json!({"name": "x"}).to_string();
    let post = |media_type: &'static str| {
        let call = service.post("/v1/clients").bearer(&token);
        call.body(media_type, body.clone()).send()
    };
    for media_type in [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
    ] {
        assert_eq!(post(media_type).await.status, 201, "{media_type}");
    }
    for media_type in [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonx",
    ] {
        let answer = post(media_type).await;
        assert_eq!(
            answer.refusal(),
            (415, "unsupported-media-type".to_owned()),
            "{media_type}"
        );
    }
    let call = service
        .call(Method::PATCH, "/v1/clients/m2m_manager")
        .bearer(&token);
    let answer = call.body("application/json-patch+json", "[]").send().await;
    assert_eq!(answer.status, 415);
}

#[tokio::test]
async fn a_body_is_at_most_64_kib() {
    let (service, token) = scene().await;
    for (length, status) in [(65_536, 201), (65_537, 413), (1 << 20, 413)] {
        let body = r#"{"name": "x"}"#;
        let body = format!("{body}{}", " ".repeat(length - body.len()));
        assert_eq!(
            post(&service, &token, body).await.status,
            status,
            "{length}"
        );
    }
}

#[tokio::test]
async fn only_a_name_is_needed() {
    let (service, token) = scene().await;
    let created = service.create(&token, &json!({"name": "orders"})).await;
    let mut expected = json!({
        "name": "orders",
        "description": null,
        "owner": "local|ada",
        "organization": "acme",
        "status": "active",
        "scopes": null,
        "default_scopes": null,
        "default_audience": "urn:m2m-oauth:api",
        "grants": null,
        "authorization_details_types": [],
        "grant_types": ["client_credentials"],
        "token_endpoint_auth_method": "client_secret_basic",
        "dpop_bound_access_tokens": false,
        "tls_client_certificate_bound_access_tokens": false,
        "custom_claims": {},
        "token_quota": null,
        "allowed_cidrs": [],
        "access_token_ttl_seconds": 3600,
        "deletion_protection": false,
        "tags": {},
        "secret_storage": "secrets_manager",
        "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z",
        "last_used_at": null,
        "restorable_until": null,
        "client_secret_expires_at": 0,
    });
    for made in ["client_id", "client_secret", "client_secret_id"] {
        expected[made] = created[made].clone();
    }
    assert_eq!(created, expected);
    let id = created["client_id"].as_str().unwrap();
    assert!(id.starts_with("m2m_") && id.len() == 30);
    assert_eq!(id, id.to_lowercase());
}
