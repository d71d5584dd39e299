//! B1–B3: bearer tokens at the management API.

use m2m_tests::call::Answer;
use m2m_tests::service::{self, TestService};
use m2m_tests::world::MANAGEMENT;
use serde_json::json;

fn challenge(service: &TestService, rest: &str) -> String {
    let url = service
        .issuer
        .join("/.well-known/oauth-protected-resource/v1");
    format!("Bearer resource_metadata=\"{url}\"{rest}")
}

#[track_caller]
fn assert_challenged(answer: &Answer, service: &TestService, refusal: (u16, &str), rest: &str) {
    assert_eq!(answer.refusal(), (refusal.0, refusal.1.to_owned()));
    assert_eq!(
        answer.header("www-authenticate"),
        Some(challenge(service, rest).as_str())
    );
}

/// Every route with a method that it takes.
const ROUTES: [(&str, &str); 9] = [
    ("GET", "/v1/me"),
    ("GET", "/v1/clients"),
    ("POST", "/v1/clients"),
    ("GET", "/v1/clients/m2m_a"),
    ("PUT", "/v1/clients/m2m_a"),
    ("PATCH", "/v1/clients/m2m_a"),
    ("DELETE", "/v1/clients/m2m_a"),
    ("GET", "/v1/clients/m2m_a/secrets"),
    (
        "GET",
        "/v1/clients/m2m_a/secrets/00000000-0000-4000-8000-000000000000/value",
    ),
];

#[tokio::test]
async fn b01_a_token_is_taken_from_the_header_only() {
    let service = service::start().await;
    let token = service.manager("clients:read").await;
    let in_query = service
        .get(&format!("/v1/me?access_token={token}"))
        .send()
        .await;
    assert_challenged(&in_query, &service, (401, "authentication-required"), "");
    let in_body = service
        .post("/v1/clients")
        .form(&[("access_token", &token)])
        .send()
        .await;
    assert_challenged(&in_body, &service, (401, "authentication-required"), "");
}

#[tokio::test]
async fn b01_the_scheme_is_case_insensitive() {
    let service = service::start().await;
    let token = service.manager("clients:read").await;
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let call = service.get("/v1/me");
        let answer = call
            .header("authorization", format!("{scheme} {token}"))
            .send()
            .await;
        assert_eq!(answer.status, 200, "{scheme}");
    }
}

#[tokio::test]
async fn b01_two_tokens_are_refused() {
    let service = service::start().await;
    let token = service.manager("clients:read").await;
    let answer = service
        .get("/v1/me")
        .bearer(&token)
        .bearer(&token)
        .send()
        .await;
    assert_eq!(answer.refusal(), (400, "invalid-request".to_owned()));
}

#[tokio::test]
async fn b02_no_credentials_are_401_without_an_error_code_on_every_route() {
    let service = service::start().await;
    for (method, path) in ROUTES {
        let call = || service.call(method.parse().unwrap(), path);
        let answer = call().send().await;
        assert_challenged(&answer, &service, (401, "authentication-required"), "");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let answer = call().basic("m2m_a", "secret").send().await;
        assert_challenged(&answer, &service, (401, "authentication-required"), "");
    }
}

#[tokio::test]
async fn b02_a_bad_token_is_401_invalid_token_on_every_route() {
    let service = service::start().await;
    for (method, path) in ROUTES {
        let call = service.call(method.parse().unwrap(), path);
        let answer = call.bearer("a.b.c").send().await;
        let rest = ", error=\"invalid_token\"";
        assert_challenged(&answer, &service, (401, "invalid-token"), rest);
    }
}

#[tokio::test]
async fn b02_a_missing_scope_is_403_and_named() {
    let service = service::start().await;
    let reader = service.manager("clients:read").await;
    let writer = service.management_token("manager", "clients:write").await;
    let secret = "/v1/clients/m2m_manager/secrets/00000000-0000-4000-8000-000000000000/value";
    let body = json!({"name": "x", "scopes": []});
    let cases = [
        (&writer, "GET", "/v1/clients", "clients:read"),
        (&writer, "GET", "/v1/clients/m2m_manager", "clients:read"),
        (
            &writer,
            "GET",
            "/v1/clients/m2m_manager/secrets",
            "clients:read",
        ),
        (&reader, "GET", secret, "clients:reveal"),
        (&reader, "POST", "/v1/clients", "clients:write"),
        (&reader, "PUT", "/v1/clients/m2m_manager", "clients:write"),
        (&reader, "PATCH", "/v1/clients/m2m_manager", "clients:write"),
        (
            &reader,
            "DELETE",
            "/v1/clients/m2m_manager",
            "clients:write",
        ),
    ];
    for (token, method, path, missing) in cases {
        let call = service.call(method.parse().unwrap(), path).bearer(token);
        let answer = call.header("if-match", "*").json(&body).send().await;
        let rest = format!(", error=\"insufficient_scope\", scope=\"{missing}\"");
        assert_challenged(&answer, &service, (403, "insufficient-scope"), &rest);
    }
    // Without the scope nobody learns whether there is such a client.
    let answer = service
        .get("/v1/clients/m2m_nobody")
        .bearer(&writer)
        .send()
        .await;
    assert_eq!(answer.status, 403);
}

#[tokio::test]
async fn b03_the_challenge_leads_to_the_resource_and_its_issuer() {
    let service = service::start().await;
    let answer = service.get("/v1/me").send().await;
    let challenge = answer.header("www-authenticate").unwrap();
    let url = challenge.split('"').nth(1).unwrap();
    let path = url.strip_prefix(service.issuer.as_str()).unwrap();
    let answer = service.get(path).send().await;
    assert_eq!(
        answer.json(),
        json!({
            "resource": service.issuer.join("/v1"),
            "authorization_servers": [service.issuer.as_str()],
            "scopes_supported": MANAGEMENT.split(' ').collect::<Vec<_>>(),
            "bearer_methods_supported": ["header"],
            "dpop_signing_alg_values_supported": ["ES256", "RS256", "EdDSA"],
        })
    );
}
