//! X4: rights in the words of an API.

use m2m_core::client::{Client, GrantType};
use m2m_tests::call::Answer;
use m2m_tests::jwt;
use m2m_tests::service::{self, TestService};
use m2m_tests::world::{self, ada, client_of, secret_of};
use serde_json::{Value, json};

use crate::support::{ask, assert_refused};

/// A service whose default audience knows the type `payment` and lists `api`; `payments` may ask for `payment` and
/// for `transfer`, which no API knows, and `plain` for nothing.
async fn with_types() -> TestService {
    let service = service::start().await;
    for (name, types) in [
        ("payments", &["payment", "transfer"][..]),
        ("api", &["payment"]),
        ("plain", &[]),
    ] {
        let client = Client {
            grant_types: GrantType::ALL.to_vec(),
            authorization_details_types: types.iter().map(|it| it.parse().unwrap()).collect(),
            ..client_of(&ada(), name)
        };
        service.add_client(client).await;
    }
    service
        .add_resource_server(world::DEFAULT_AUDIENCE, world::ORDERS, &["m2m_api"])
        .await;
    service
}

async fn ask_for(service: &TestService, details: &str) -> Answer {
    ask(service, &[("authorization_details", details)]).await
}

fn two() -> Value {
    json!([
        {"type": "payment", "actions": ["initiate"], "amount": {"eur": 10}},
        {"type": "payment", "locations": [world::DEFAULT_AUDIENCE]},
    ])
}

#[tokio::test]
async fn x04_what_is_granted_is_in_the_answer_the_token_and_the_introspection() {
    let service = with_types().await;
    let answer = ask_for(&service, &two().to_string()).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.json()["authorization_details"], two());
    let token = answer.member("access_token");
    assert_eq!(jwt::claims(&token)["authorization_details"], two());
    let said = service.introspect("api", &token).await.json();
    assert_eq!(said["authorization_details"], two());
}

#[tokio::test]
async fn x04_nothing_asked_for_is_nothing_granted() {
    let service = with_types().await;
    for answer in [ask(&service, &[]).await, ask_for(&service, "[]").await] {
        assert_eq!(answer.json().get("authorization_details"), None);
        let claims = jwt::claims(&answer.member("access_token"));
        assert_eq!(claims.get("authorization_details"), None);
    }
}

#[tokio::test]
async fn x04_anything_but_an_array_of_typed_objects_is_refused() {
    let service = with_types().await;
    for details in [
        "x",
        "{}",
        "null",
        "[1]",
        "[{}]",
        r#"[{"type":1}]"#,
        r#"[{"type":"payment","type":"payment"}]"#,
        r#"[{"type":"payment","n":1e400}]"#,
        r#"[{"type":"payment","locations":"urn:m2m-oauth:api"}]"#,
        &format!("[{}]", vec![r#"{"type":"payment"}"#; 17].join(",")),
        &format!(r#"[{{"type":"payment","x":{}}}]"#, "[".repeat(4_000)),
    ] {
        let answer = ask_for(&service, details).await;
        assert_refused(&answer, 400, "invalid_authorization_details");
    }
}

#[tokio::test]
async fn x04_the_type_is_the_clients_and_known_to_the_audience() {
    let service = with_types().await;
    for details in [
        r#"[{"type":"unknown"}]"#,
        r#"[{"type":"transfer"}]"#,
        r#"[{"type":"Payment"}]"#,
        r#"[{"type":"payment"},{"type":"transfer"}]"#,
        r#"[{"type":"payment","locations":["https://other.example"]}]"#,
    ] {
        let answer = ask_for(&service, details).await;
        assert_refused(&answer, 400, "invalid_authorization_details");
    }
    let plain = service
        .post("/oauth/token")
        .basic("m2m_plain", &secret_of("plain"))
        .form(&[
            ("grant_type", "client_credentials"),
            ("authorization_details", r#"[{"type":"payment"}]"#),
        ])
        .send()
        .await;
    assert_refused(&plain, 400, "invalid_authorization_details");
}

#[tokio::test]
async fn x04_a_token_that_nobody_could_carry_is_refused() {
    let service = with_types().await;
    let details = format!(r#"[{{"type":"payment","x":"{}"}}]"#, "x".repeat(8_000));
    assert_refused(&ask_for(&service, &details).await, 400, "invalid_request");
}

async fn exchange(
    service: &TestService,
    name: &str,
    token: &str,
    details: &[(&str, &str)],
) -> Answer {
    let form = [
        &[
            (
                "grant_type",
                "urn:ietf:params:oauth:grant-type:token-exchange",
            ),
            ("subject_token", token),
            (
                "subject_token_type",
                "urn:ietf:params:oauth:token-type:access_token",
            ),
        ],
        details,
    ];
    let call = service.post("/oauth/token");
    let call = call.basic(&format!("m2m_{name}"), &secret_of(name));
    call.form(&form.concat()).send().await
}

#[tokio::test]
async fn x02_details_are_kept_whole_or_left_out() {
    let service = with_types().await;
    let parent = ask_for(&service, &two().to_string()).await;
    let parent = parent.member("access_token");
    let all = exchange(&service, "api", &parent, &[]).await;
    assert_eq!(all.json()["authorization_details"], two());
    let first = json!([two()[0]]).to_string();
    let fewer = [("authorization_details", first.as_str())];
    let fewer = exchange(&service, "api", &parent, &fewer).await;
    assert_eq!(fewer.json()["authorization_details"], json!([two()[0]]));
    for more in [
        r#"[{"type":"payment"}]"#,
        r#"[{"type":"payment","actions":["initiate"],"amount":{"eur":11}}]"#,
        r#"[{"type":"transfer"}]"#,
    ] {
        let more = [("authorization_details", more)];
        let answer = exchange(&service, "payments", &parent, &more).await;
        assert_refused(&answer, 400, "invalid_authorization_details");
    }
}

#[tokio::test]
async fn m04_the_types_that_work_are_advertised() {
    let service = with_types().await;
    let metadata = service.get("/.well-known/oauth-authorization-server");
    let advertised = &metadata.send().await.json()["authorization_details_types_supported"];
    assert_eq!(*advertised, json!(["payment"]));
    for kind in ["payment", "transfer", "unknown"] {
        let answer = ask_for(&service, &json!([{"type": kind}]).to_string()).await;
        let is_advertised = advertised.as_array().unwrap().contains(&json!(kind));
        assert_eq!(answer.status == 200, is_advertised, "{kind}");
    }
}
