//! A caller by AWS IAM, as the gateway writes it into the event of the function `clients`.

use m2m_lambda_emulator::Function;
use m2m_tests::call::Answer;
use m2m_tests::iam::{ACCOUNT, API, session};
use serde_json::{Value, json};

use crate::answer::read;
use crate::event::{Carriage, Plain};
use crate::fixtures;
use crate::programs;
use crate::stores::Stores;

/// The event that AWS gives for a request with a signature. The example's accounts are of ten digits, its API
/// and route others, so what names them is filled in.
fn signed(plain: &Plain, role: &str) -> Value {
    let mut requests = fixtures::requests().into_iter();
    let iam = requests.find(|fixture| fixture.name == "example-apigw-v2-request-iam.json");
    let mut event = plain.in_place_of(&iam.unwrap(), Carriage::Text);
    let context = &mut event["requestContext"];
    context["accountId"] = json!(ACCOUNT);
    context["apiId"] = json!(API);
    context["routeKey"] = json!("ANY /iam/v1/{proxy+}");
    context["authorizer"]["iam"]["accountId"] = json!(ACCOUNT);
    context["authorizer"]["iam"]["userArn"] = json!(session(role));
    event
}

async fn start(stores: &Stores) -> Function {
    let entry = json!({
        "owner": "iam|deploy",
        "organization": "platform",
        "permissions": ["clients:read", "clients:write", "orders:read"],
    });
    let role = format!("arn:aws:iam::{ACCOUNT}:role/ci/deploy");
    let principals = json!({ role: entry }).to_string();
    let more = [
        ("M2M_IAM_PRINCIPALS", principals.as_str()),
        ("M2M_IAM_ACCOUNT_ID", ACCOUNT),
        ("M2M_IAM_API_ID", API),
    ];
    programs::start_with("clients", stores, &more).await
}

async fn ask(function: &mut Function, event: &Value) -> Answer {
    read(function.invoke(event).await.unwrap())
}

#[tokio::test]
async fn the_gateways_word_is_enough_to_make_a_client() {
    let stores = Stores::start().await;
    let mut clients = start(&stores).await;
    let me = ask(&mut clients, &signed(&Plain::get("/iam/v1/me"), "deploy")).await;
    assert_eq!(me.status, 200, "{}", me.text());
    assert_eq!(me.member("principal_arn"), session("deploy"));
    assert_eq!(me.member("owner"), "iam|deploy");

    let create = Plain {
        method: "POST",
        path: "/iam/v1/clients",
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: Some(json!({"name": "orders", "scopes": ["orders:read"]}).to_string()),
    };
    let created = ask(&mut clients, &signed(&create, "deploy")).await;
    assert_eq!(created.status, 201, "{}", created.text());
    let (id, secret) = (created.member("client_id"), created.member("client_secret"));
    assert_eq!(stores.service.ask(&id, &secret).await.status, 200);
}

#[tokio::test]
async fn another_accounts_apis_or_routes_word_is_refused() {
    let stores = Stores::start().await;
    let mut clients = start(&stores).await;
    let me = signed(&Plain::get("/iam/v1/me"), "deploy");
    for (member, other) in [
        ("accountId", json!("210987654321")),
        ("apiId", json!("other")),
        ("routeKey", json!("$default")),
        ("authorizer", Value::Null),
    ] {
        let mut event = me.clone();
        event["requestContext"][member] = other;
        let refusal = ask(&mut clients, &event).await.refusal();
        assert_eq!(refusal, (403, "iam-required".to_owned()), "{member}");
    }
    let mut elsewhere = me.clone();
    elsewhere["requestContext"]["authorizer"]["iam"]["accountId"] = json!("210987654321");
    let refusal = ask(&mut clients, &elsewhere).await.refusal();
    assert_eq!(refusal, (403, "iam-required".to_owned()));
    let stranger = signed(&Plain::get("/iam/v1/me"), "stranger");
    let refusal = ask(&mut clients, &stranger).await.refusal();
    assert_eq!(refusal, (403, "iam-principal-unknown".to_owned()));
    assert_eq!(ask(&mut clients, &me).await.status, 200);
}
