//! The function `authorizer` before an API of somebody else, in real time.

use std::time::{Duration, Instant};

use http::Method;
use m2m_core::clock::{Clock, SystemClock};
use m2m_lambda_emulator::{Function, Outcome};
use m2m_tests::world::{MANAGEMENT, secret_of};
use serde_json::{Value, json};
use tokio::time::{interval, timeout};

use crate::programs;
use crate::stores::Stores;

/// An HTTP API asks by payload 2.0.
fn request(authorization: &[(&str, &str)]) -> Value {
    let headers: serde_json::Map<_, _> = authorization
        .iter()
        .map(|(name, value)| ((*name).to_owned(), json!(value)))
        .collect();
    json!({
        "version": "2.0", "type": "REQUEST", "routeKey": "GET /orders", "rawPath": "/orders", "rawQueryString": "",
        "routeArn": "arn:aws:execute-api:us-east-1:123456789012:abcdef123/$default/GET/orders",
        "identitySource": ["x"], "headers": headers,
        "requestContext": {
            "accountId": "123456789012", "apiId": "abcdef123", "domainName": "api.example", "stage": "$default",
            "http": {"method": "GET", "path": "/orders", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.7"}
        }
    })
}

fn bearer(token: &str) -> Value {
    request(&[("authorization", &format!("Bearer {token}"))])
}

/// A service whose clock is the real one, since the function has no other.
async fn stores() -> Stores {
    let stores = Stores::start().await;
    stores.service.clock.set(SystemClock.now());
    stores
}

async fn token(stores: &Stores) -> String {
    let call = stores.service.post("/oauth/token");
    let call = call.basic("m2m_payments", &secret_of("payments"));
    let form = [
        ("grant_type", "client_credentials"),
        ("scope", "orders:read"),
    ];
    call.form(&form).send().await.member("access_token")
}

async fn delete_the_client(stores: &Stores) {
    let manager = stores.service.manager(MANAGEMENT).await;
    let call = stores
        .service
        .call(Method::DELETE, "/v1/clients/m2m_payments");
    assert_eq!(call.bearer(&manager).send().await.status, 204);
}

async fn answer(authorizer: &mut Function, event: &Value) -> Value {
    match authorizer.invoke(event).await.unwrap() {
        Outcome::Answer(answer) => answer,
        Outcome::Failed(said) => panic!("{said}: {}", authorizer.log()),
    }
}

#[tokio::test]
async fn a_good_token_is_let_in_and_the_integration_told_whose_it_is() {
    let stores = stores().await;
    let mut authorizer = programs::start("authorizer", &stores).await;
    let answer = answer(&mut authorizer, &bearer(&token(&stores).await)).await;
    assert_eq!(answer["isAuthorized"], true, "{}", authorizer.log());
    let context = &answer["context"];
    let told = json!({
        "client_id": "m2m_payments", "sub": "local|ada", "org": "acme", "scope": "orders:read", "jti": context["jti"],
    });
    assert_eq!(*context, told);
    assert_eq!(context["jti"].as_str().map(str::len), Some(32));
}

#[tokio::test]
async fn what_is_not_good_is_kept_out_and_the_log_says_why() {
    let stores = stores().await;
    let more = [("M2M_REQUIRED_SCOPES", "orders:write")];
    let mut authorizer = programs::start_with("authorizer", &stores, &more).await;
    let narrow = token(&stores).await;
    for event in [
        request(&[]),
        request(&[("authorization", "Basic dTpw")]),
        request(&[("authorization", "Bearer a,Bearer b")]),
        request(&[("auth\u{0}orization", "x")]),
        bearer("garbage"),
        bearer(&narrow[..narrow.len() - 4]),
        bearer(&narrow),
        request(&[("authorization", &format!("DPoP {narrow}"))]),
    ] {
        let answer = answer(&mut authorizer, &event).await;
        assert_eq!(answer, json!({"isAuthorized": false}), "{event}");
    }
    let why = timeout(
        Duration::from_secs(10),
        authorizer.logged("the token lacks the scope orders:write"),
    );
    assert!(why.await.is_ok(), "{}", authorizer.log());
    assert!(!authorizer.log().contains(&narrow), "a token in the log");
}

#[tokio::test]
async fn a_rest_api_gets_a_policy_for_what_it_asked_about() {
    let stores = stores().await;
    let mut authorizer = programs::start("authorizer", &stores).await;
    let resource = "arn:aws:execute-api:us-east-1:123456789012:s4x3opwd6i/test/GET/request";
    for (token, effect, principal) in [
        (token(&stores).await, "Allow", "m2m_payments"),
        ("garbage".to_owned(), "Deny", "nobody"),
    ] {
        let event = json!({
            "type": "REQUEST", "methodArn": resource, "resource": "/request", "path": "/request", "httpMethod": "GET",
            "headers": {"Authorization": format!("Bearer {token}")},
            "multiValueHeaders": {"Authorization": [format!("Bearer {token}")]},
            "stageVariables": null, "requestContext": {"path": "/test/request", "stage": "test", "httpMethod": "GET"}
        });
        let answer = answer(&mut authorizer, &event).await;
        let statement =
            json!([{"Action": "execute-api:Invoke", "Effect": effect, "Resource": resource}]);
        assert_eq!(answer["policyDocument"]["Statement"], statement);
        assert_eq!(answer["principalId"], principal);
    }
}

#[tokio::test]
async fn after_a_delete_a_token_is_kept_out_within_ten_seconds() {
    let stores = stores().await;
    let mut authorizer = programs::start("authorizer", &stores).await;
    let event = bearer(&token(&stores).await);
    let is_in = answer(&mut authorizer, &event).await["isAuthorized"].clone();
    assert_eq!(is_in, true);
    delete_the_client(&stores).await;
    let deleted = Instant::now();
    // Asked four times a second, as by somebody who goes on calling.
    let mut calls = interval(Duration::from_millis(250));
    while answer(&mut authorizer, &event).await["isAuthorized"] == true {
        let since = deleted.elapsed();
        assert!(since <= Duration::from_secs(10), "let in after {since:?}");
        calls.tick().await;
    }
    println!(
        "kept out {:.1} s after the delete",
        deleted.elapsed().as_secs_f64()
    );
}

#[tokio::test]
async fn without_a_snapshot_nothing_is_said_of_any_token() {
    let stores = stores().await;
    let closed = crate::stores::free_address().await;
    let url = format!("http://{closed}/.well-known/revocations");
    let more = [("M2M_SNAPSHOT_URL", url.as_str())];
    let mut authorizer = programs::start_with("authorizer", &stores, &more).await;
    let event = bearer(&token(&stores).await);
    let outcome = authorizer.invoke(&event).await.unwrap();
    assert!(matches!(outcome, Outcome::Failed(_)), "{outcome:?}");
    // What is no token needs no snapshot to be refused.
    let garbage = answer(&mut authorizer, &bearer("garbage")).await;
    assert_eq!(garbage, json!({"isAuthorized": false}));
    let more = [more[0], ("M2M_SNAPSHOT_STALE", "accept-until-expiry")];
    let mut trusting = programs::start_with("authorizer", &stores, &more).await;
    assert_eq!(answer(&mut trusting, &event).await["isAuthorized"], true);
}
