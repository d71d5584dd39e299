//! A dry run says what a request would get, and gets nothing.

use std::num::NonZeroU32;

use jiff::SignedDuration;
use m2m_core::client::{Client, GrantType};
use m2m_core::keys::SigningAlgorithm;
use m2m_core::ports::WriteOutcome;
use m2m_core::resource_servers::ResourceServerRecord;
use m2m_testkit::builders;
use m2m_tests::call::Answer;
use m2m_tests::jwt;
use m2m_tests::service::{self, TestService};
use m2m_tests::world::{ada, client_of, organization, owner, secret_of};
use m2m_types::admin::limits::{QuotaMode, QuotaPeriod, TokenQuota};
use m2m_types::cidr::Cidr;
use m2m_types::confirmation::Confirmation;
use serde_json::{Value, json};

async fn simulate(service: &TestService, token: &str, body: &Value) -> Answer {
    let call = service.post("/v1/simulate").bearer(token).json(body);
    call.send().await
}

async fn with_payments() -> (TestService, String) {
    let service = service::start().await;
    let reader = service.manager("clients:read").await;
    let client = Client {
        token_quota: Some(TokenQuota {
            limit: NonZeroU32::new(1).unwrap(),
            per: QuotaPeriod::Day,
            mode: QuotaMode::Enforce,
        }),
        allowed_cidrs: vec![Cidr::parse("127.0.0.0/8").unwrap()],
        ..client_of(&ada(), "payments")
    };
    service.add_client(client).await;
    (service, reader)
}

/// Members that differ from one token to the next are left out, all others are the same.
#[tokio::test]
async fn t15_a_dry_run_tells_the_token_that_a_request_gets() {
    let (service, reader) = with_payments().await;
    let body = json!({"client_id": "m2m_payments"});
    let told = simulate(&service, &reader, &body).await;
    assert_eq!(told.status, 200, "{}", told.text());
    let told = told.json();
    let issued = service.ask("m2m_payments", &secret_of("payments")).await;
    assert_eq!(issued.status, 200, "a dry run takes nothing of the quota");
    let issued = issued.json();
    let granted = &told["granted"];
    for member in ["token_type", "scope", "expires_in"] {
        assert_eq!(granted[member], issued[member], "{member}");
    }
    let token = issued["access_token"].as_str().unwrap();
    assert_eq!(granted["alg"], jwt::header(token)["alg"]);
    let mut claims = jwt::claims(token);
    for fresh in ["exp", "iat", "jti"] {
        claims.as_object_mut().unwrap().remove(fresh);
    }
    assert_eq!(granted["claims"], claims);
    assert_eq!(granted["audience"], claims["aud"]);
    assert_eq!(told["refused"], Value::Null);
    assert_eq!(told["quotas"][0]["used"], 0);
    let after = simulate(&service, &reader, &body).await.json();
    assert_eq!(after["quotas"][0]["used"], 1);
}

#[tokio::test]
async fn t15_a_dry_run_tells_why_a_request_gets_nothing() {
    let (service, reader) = with_payments().await;
    for (member, value, error) in [
        ("scope", "none:such", "invalid_scope"),
        ("resource", "urn:none:such", "invalid_target"),
        ("source_ip", "192.0.2.1", "invalid_client"),
    ] {
        let body = json!({"client_id": "m2m_payments", member: value});
        let told = simulate(&service, &reader, &body).await.json();
        assert_eq!(told["refused"]["error"], error);
        assert!(!told["refused"]["reason"].as_str().unwrap().is_empty());
        assert_eq!(told["granted"], Value::Null);
    }
}

#[tokio::test]
async fn t15_a_dry_run_tells_that_a_quota_is_used_up() {
    let (service, reader) = with_payments().await;
    service.ask("m2m_payments", &secret_of("payments")).await;
    let body = json!({"client_id": "m2m_payments"});
    let told = simulate(&service, &reader, &body).await.json();
    let asked = service.ask("m2m_payments", &secret_of("payments")).await;
    assert_eq!(asked.refusal(), (429, "temporarily_unavailable".to_owned()));
    assert_eq!(told["granted"], Value::Null);
    assert_eq!(told["refused"]["error"], "temporarily_unavailable");
    let reason = told["refused"]["reason"].as_str().unwrap();
    assert_eq!(
        reason,
        "the quota of the client is used up: 1 tokens each day"
    );
}

#[tokio::test]
async fn t15_a_dry_run_tells_the_algorithm_of_the_resource_server() {
    let service = service::start().await;
    service.manager("clients:read").await;
    let server = ResourceServerRecord {
        algorithm: Some(SigningAlgorithm::EdDsa),
        ..builders::resource_server("orders")
    };
    let servers = &service.deployment.ports().resource_servers;
    let written = servers.write(&server, 0, None).await.unwrap();
    assert_eq!(written, WriteOutcome::Written);
    service.add_client(client_of(&ada(), "payments")).await;
    // Its key is made, published and then signs.
    for _ in 0..2 {
        service.clock.advance(SignedDuration::from_mins(11));
        service.deployment.maintenance().run().await.unwrap();
    }
    service.clock.advance(SignedDuration::from_mins(6));
    let reader = service.management_token("manager", "clients:read").await;
    let body = json!({"client_id": "m2m_payments", "resource": "urn:acme:orders"});
    let told = simulate(&service, &reader, &body).await.json();
    assert_eq!(told["granted"]["alg"], "EdDSA", "{told}");
}

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// A service with `payments`, which may exchange tokens, a token of it, and one for reading clients.
async fn with_a_token_to_exchange() -> (TestService, String, String) {
    let service = service::start().await;
    let reader = service.manager("clients:read").await;
    let client = Client {
        grant_types: vec![GrantType::ClientCredentials, GrantType::TokenExchange],
        ..client_of(&ada(), "payments")
    };
    service.add_client(client).await;
    let answer = service.ask("m2m_payments", &secret_of("payments")).await;
    let token = answer.member("access_token");
    (service, reader, token)
}

fn exchange_of(token: &str) -> Value {
    json!({"client_id": "m2m_payments", "grant_type": EXCHANGE, "subject_token": token, "scope": "orders:read"})
}

#[tokio::test]
async fn x01_a_dry_run_tells_what_an_exchange_gets() {
    let (service, reader, token) = with_a_token_to_exchange().await;
    service.faults.take_calls();
    let told = simulate(&service, &reader, &exchange_of(&token)).await;
    assert_eq!(told.status, 200, "{}", told.text());
    let calls = service.faults.take_calls();
    assert!(calls.iter().all(|call| call == "BatchGetItem"), "{calls:?}");
    let call = service.post("/oauth/token");
    let call = call.basic("m2m_payments", &secret_of("payments"));
    let form = [
        ("grant_type", EXCHANGE),
        ("subject_token", &token),
        ("subject_token_type", ACCESS_TOKEN),
        ("scope", "orders:read"),
    ];
    let issued = call.form(&form).send().await.json();
    let granted = &told.json()["granted"];
    for member in ["token_type", "scope", "expires_in"] {
        assert_eq!(granted[member], issued[member], "{member}");
    }
    let mut claims = jwt::claims(issued["access_token"].as_str().unwrap());
    for fresh in ["exp", "iat", "jti"] {
        claims.as_object_mut().unwrap().remove(fresh);
    }
    assert_eq!(granted["claims"], claims);
}

/// Nobody proves anything to a dry run: it is for the request that would.
#[tokio::test]
async fn x01_a_dry_run_takes_a_bound_token_as_proved() {
    let (service, reader, token) = with_a_token_to_exchange().await;
    let bound = service.signed_like(&token, |claims| {
        claims.cnf = Some(Confirmation {
            jkt: Some("0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I".to_owned()),
            x5t_s256: None,
        });
    });
    let told = simulate(&service, &reader, &exchange_of(&bound.await)).await;
    let granted = &told.json()["granted"];
    assert_eq!(granted["token_type"], "DPoP", "{}", told.text());
    assert!(granted["claims"]["cnf"]["jkt"].is_string());
}

#[tokio::test]
async fn x01_a_dry_run_tells_why_an_exchange_gets_nothing() {
    let (service, reader, token) = with_a_token_to_exchange().await;
    let refused = async |token: &str, change: Value| {
        let mut body = exchange_of(token);
        let body_members = body.as_object_mut().unwrap();
        body_members.extend(change.as_object().unwrap().clone());
        let told = simulate(&service, &reader, &body).await;
        assert!(!told.text().contains(token), "the token comes back");
        let told = told.json();
        assert_eq!(told["granted"], Value::Null);
        told["refused"]["error"].as_str().unwrap().to_owned()
    };
    let none = json!({});
    let wide = json!({"scope": "none:such"});
    assert_eq!(refused(&token, wide).await, "invalid_scope");
    let elsewhere = json!({"resource": "urn:none:such"});
    assert_eq!(refused(&token, elsewhere).await, "invalid_target");
    let id_token = json!({"subject_token_type": "urn:ietf:params:oauth:token-type:id_token"});
    assert_eq!(refused(&token, id_token).await, "invalid_request");
    assert_eq!(refused("garbage", none.clone()).await, "invalid_request");
    service.add_client(client_of(&ada(), "plain")).await;
    let plain = json!({"client_id": "m2m_plain"});
    assert_eq!(refused(&token, plain).await, "unauthorized_client");
    service.deny(&token).await;
    assert_eq!(refused(&token, none).await, "invalid_request");
}

#[tokio::test]
async fn x01_an_exchange_is_tried_with_its_token_alone() {
    let (service, reader, token) = with_a_token_to_exchange().await;
    let id = "m2m_payments";
    for (body, pointer) in [
        (
            json!({"client_id": id, "grant_type": EXCHANGE}),
            "/subject_token",
        ),
        (
            json!({"client_id": id, "subject_token": token}),
            "/subject_token",
        ),
        (
            json!({"client_id": id, "grant_type": "password"}),
            "/grant_type",
        ),
    ] {
        let answer = simulate(&service, &reader, &body).await;
        assert_eq!(answer.refusal(), (400, "invalid-request".to_owned()));
        assert_eq!(answer.pointers(), [pointer]);
    }
}

#[tokio::test]
async fn t15_a_dry_run_is_for_those_who_see_the_client() {
    let (service, _) = with_payments().await;
    let eve = owner("eve", &organization("other"));
    service.add_principals(&eve, &organization("other")).await;
    let eves = service.manager_of(&eve, "eves", "clients:read").await;
    let body = json!({"client_id": "m2m_payments"});
    let answer = simulate(&service, &eves, &body).await;
    assert_eq!(answer.refusal(), (404, "not-found".to_owned()));
    let writer = service.management_token("eves", "clients:write").await;
    let answer = simulate(&service, &writer, &body).await;
    assert_eq!(answer.refusal(), (403, "insufficient-scope".to_owned()));
}

#[tokio::test]
async fn t15_a_dry_run_writes_nothing() {
    let (service, reader) = with_payments().await;
    service.faults.take_calls();
    let body = json!({"client_id": "m2m_payments"});
    assert_eq!(simulate(&service, &reader, &body).await.status, 200);
    let calls = service.faults.take_calls();
    let reads = ["BatchGetItem", "GetItem", "GetSecretValue", "Query"];
    assert!(
        calls.iter().all(|call| reads.contains(&call.as_str())),
        "{calls:?}"
    );
}
