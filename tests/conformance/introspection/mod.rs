//! I1–I5: what a token is, and who is told.

mod answers;
mod by_bearer;
mod inactive;

use http::Method;
use m2m_tests::service::TestService;
use m2m_tests::world::{ada, client_of, organization, owner, secret_of};
use m2m_tests::{jwt, service, world};
use serde_json::json;

use crate::support::{ID, ask, assert_refused};

const INACTIVE: &str = r#"{"active":false}"#;

/// A service with `payments`, which gets tokens for the default audience; `api`, the client of that audience; and
/// `stranger`, a client of another owner in another organization.
async fn with_api() -> TestService {
    let service = service::start().await;
    service.add_client(client_of(&ada(), "payments")).await;
    service.add_client(client_of(&ada(), "api")).await;
    let globex = organization("globex");
    let eve = owner("eve", &globex);
    service.add_principals(&eve, &globex).await;
    service.add_client(client_of(&eve, "stranger")).await;
    service
        .add_resource_server(world::DEFAULT_AUDIENCE, world::ORDERS, &["m2m_api"])
        .await;
    service
}

async fn token(service: &TestService) -> String {
    let answer = ask(service, &[("scope", "orders:read")]).await;
    answer.member("access_token")
}

#[tokio::test]
async fn i01_without_credentials_nobody_learns_anything() {
    let service = with_api().await;
    let token = token(&service).await;
    for token in [token.as_str(), "garbage"] {
        let answer = service
            .post("/oauth/introspect")
            .form(&[("token", token)])
            .send()
            .await;
        assert_refused(&answer, 401, "invalid_client");
        assert!(
            answer
                .header("www-authenticate")
                .unwrap()
                .starts_with("Basic ")
        );
        let wrong = service
            .post("/oauth/introspect")
            .basic(ID, &secret_of("other"));
        let answer = wrong.form(&[("token", token)]).send().await;
        assert_refused(&answer, 401, "invalid_client");
    }
}

#[tokio::test]
async fn i01_the_own_client_and_that_of_the_audience_learn_what_it_is() {
    let service = with_api().await;
    let token = token(&service).await;
    for name in ["payments", "api"] {
        let answer = service.introspect(name, &token).await;
        assert_eq!(answer.json()["active"], true, "{name}");
        assert_eq!(answer.json()["scope"], "orders:read");
    }
}

#[tokio::test]
async fn i01_credentials_in_the_body_work_too() {
    let service = with_api().await;
    let token = token(&service).await;
    let (id, secret) = ("m2m_api", secret_of("api"));
    let form = [
        ("client_id", id),
        ("client_secret", secret.as_str()),
        ("token", &token),
    ];
    let answer = service.post("/oauth/introspect").form(&form).send().await;
    assert_eq!(answer.json()["active"], true);
}

#[tokio::test]
async fn i01_every_other_client_learns_inactive_alone() {
    let service = with_api().await;
    service.add_client(client_of(&ada(), "sibling")).await;
    let token = token(&service).await;
    for name in ["sibling", "stranger"] {
        let answer = service.introspect(name, &token).await;
        assert_eq!((answer.status, answer.text()), (200, INACTIVE), "{name}");
    }
    // A client of one API learns nothing of another's tokens.
    let management = service.manager("clients:read").await;
    let answer = service.introspect("api", &management).await;
    assert_eq!(answer.text(), INACTIVE);
    assert!(service.is_active("manager", &management).await);
}

#[tokio::test]
async fn i02_garbage_is_exactly_inactive() {
    let service = with_api().await;
    let token = token(&service).await;
    let (signed, _) = token.rsplit_once('.').unwrap();
    for garbage in [
        "garbage",
        "a.b.c",
        "m2mt_x",
        "\u{fffd}",
        signed,
        &format!("{token}x"),
        &format!("{signed}.{}", "A".repeat(86)),
        &jwt::with_part(&token, 0, &json!({"alg": "none", "typ": "at+jwt"})),
        &jwt::with_part(&token, 1, &json!({"iss": service.issuer.as_str()})),
    ] {
        let answer = service.introspect("api", garbage).await;
        assert_eq!((answer.status, answer.text()), (200, INACTIVE), "{garbage}");
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
}

#[tokio::test]
async fn i02_a_request_without_a_token_is_refused() {
    let service = with_api().await;
    let call = || {
        service
            .post("/oauth/introspect")
            .basic("m2m_api", &secret_of("api"))
    };
    for form in [vec![], vec![("token", "")], vec![("token_type_hint", "x")]] {
        let answer = call().form(&form).send().await;
        assert_refused(&answer, 400, "invalid_request");
    }
    let twice = call().form(&[("token", "a"), ("token", "b")]).send().await;
    assert_refused(&twice, 400, "invalid_request");
    let hinted = call().form(&[("token", "a"), ("token_type_hint", "refresh_token")]);
    assert_eq!(hinted.send().await.text(), INACTIVE);
}

#[tokio::test]
async fn i02_only_a_posted_form_is_taken() {
    let service = with_api().await;
    let get = service
        .call(Method::GET, "/oauth/introspect?token=x")
        .send()
        .await;
    assert_refused(&get, 405, "invalid_request");
    assert_eq!(get.header("allow"), Some("POST"));
    let json = service
        .post("/oauth/introspect")
        .json(&json!({"token": "x"}));
    assert_refused(&json.send().await, 400, "invalid_request");
}
