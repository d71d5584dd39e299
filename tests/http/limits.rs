//! Plans and limits of an organization.

use aws_sdk_dynamodb::types::AttributeValue;
use http::Method;
use jiff::SignedDuration;
use m2m_core::organization::Organization;
use m2m_core::owner::Owner;
use m2m_tests::service::{self, TestService};
use m2m_tests::world::{MANAGEMENT, ada, client_of, organization, owner};
use serde_json::json;
use std::sync::Arc;
use tokio::task::JoinSet;

/// A service where ten clients may be made beside the caller's own.
async fn room_for_ten() -> (TestService, String) {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    let acme = Organization {
        max_clients: Some(11),
        ..organization("acme")
    };
    service.directory.set_organization(acme);
    (service, token)
}

async fn live(service: &TestService, token: &str) -> usize {
    let list = service
        .get("/v1/clients?limit=200")
        .bearer(token)
        .send()
        .await;
    list.json()["items"].as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_creates_at_once_fill_the_limit_exactly() {
    let (service, token) = room_for_ten().await;
    let service = Arc::new(service);
    let mut creates = JoinSet::new();
    for n in 0..50 {
        let (service, token) = (Arc::clone(&service), token.clone());
        creates.spawn(async move {
            let call = service.post("/v1/clients").bearer(&token);
            // Who is told to come back in a moment does.
            let key = format!("0123456789abcdef0123456789ab{n:04}");
            let call = call.header("idempotency-key", key);
            call.json(&json!({ "name": format!("c{n}") }))
                .send()
                .await
                .refusal()
        });
    }
    let outcomes = creates.join_all().await;
    let limit = (403, "limit-reached".to_owned());
    let made = outcomes.iter().filter(|outcome| outcome.0 == 201).count();
    let refused = outcomes.iter().filter(|outcome| **outcome == limit).count();
    assert_eq!((made, refused), (10, 40), "{outcomes:?}");
    assert_eq!(live(&service, &token).await, 11);
}

#[tokio::test]
async fn a_deleted_client_makes_room() {
    let (service, token) = room_for_ten().await;
    let mut paths = Vec::new();
    for n in 0..10 {
        let created = service
            .create(&token, &json!({ "name": format!("c{n}") }))
            .await;
        paths.push(format!(
            "/v1/clients/{}",
            created["client_id"].as_str().unwrap()
        ));
    }
    let post = || {
        service
            .post("/v1/clients")
            .bearer(&token)
            .json(&json!({"name": "x"}))
            .send()
    };
    assert_eq!(post().await.refusal(), (403, "limit-reached".to_owned()));
    let deleted = service
        .call(Method::DELETE, &paths[0])
        .bearer(&token)
        .send()
        .await;
    assert_eq!(deleted.status, 204);
    assert_eq!(post().await.status, 201);
    assert_eq!(post().await.status, 403);
}

#[tokio::test]
async fn a_refused_create_counts_for_nothing() {
    let (service, token) = room_for_ten().await;
    for _ in 0..20 {
        let body = json!({"name": "x", "scopes": ["unknown"]});
        let answer = service
            .post("/v1/clients")
            .bearer(&token)
            .json(&body)
            .send()
            .await;
        assert_eq!(answer.status, 400);
    }
    for n in 0..10 {
        service
            .create(&token, &json!({ "name": format!("c{n}") }))
            .await;
    }
    assert_eq!(live(&service, &token).await, 11);
}

#[tokio::test]
async fn all_owners_of_an_organization_share_its_limit() {
    let (service, token) = room_for_ten().await;
    let bob = owner("bob", &organization("acme"));
    service.directory.set_owner(bob.clone());
    let his = service.manager_of(&bob, "bobs", MANAGEMENT).await;
    for n in 0..9 {
        let token = if n % 2 == 0 { &token } else { &his };
        service
            .create(token, &json!({ "name": format!("c{n}") }))
            .await;
    }
    for token in [&token, &his] {
        let call = service.post("/v1/clients").bearer(token);
        let answer = call.json(&json!({"name": "x"})).send().await;
        assert_eq!(answer.refusal(), (403, "limit-reached".to_owned()));
    }
}

#[tokio::test]
async fn a_plan_without_clients_refuses_new_ones_and_leaves_the_others() {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    service.add_client(client_of(&ada(), "old")).await;
    let free = Organization {
        m2m_clients_allowed: false,
        plan: "free".to_owned(),
        ..organization("acme")
    };
    service.directory.set_organization(free);
    let call = service.post("/v1/clients").bearer(&token);
    let answer = call.json(&json!({"name": "x"})).send().await;
    assert_eq!(answer.refusal(), (403, "plan-required".to_owned()));
    let answer = service
        .ask("m2m_old", &m2m_tests::world::secret_of("old"))
        .await;
    assert_eq!(answer.status, 200);
    let call = service
        .call(Method::PATCH, "/v1/clients/m2m_old")
        .bearer(&token);
    assert_eq!(
        call.json(&json!({"name": "renamed"})).send().await.status,
        200
    );
    let call = service
        .call(Method::DELETE, "/v1/clients/m2m_old")
        .bearer(&token);
    assert_eq!(call.send().await.status, 204);
}

#[tokio::test]
async fn an_organization_without_room_makes_none() {
    let service = service::start().await;
    let none = Organization {
        max_clients: Some(0),
        ..organization("none")
    };
    let bob: Owner = owner("bob", &none);
    service.add_principals(&bob, &none).await;
    let token = service.manager_of(&bob, "bobs", MANAGEMENT).await;
    let call = service.post("/v1/clients").bearer(&token);
    let answer = call.json(&json!({"name": "x"})).send().await;
    assert_eq!(answer.refusal(), (403, "limit-reached".to_owned()));
}

/// Sets what is counted of `acme` today.
async fn made_today(service: &TestService, made: u32) {
    let today = service.now().as_second().div_euclid(86_400);
    let sdk = service.stand_in.sdk_config();
    let table = aws_sdk_dynamodb::Client::new(&sdk);
    let update = table
        .update_item()
        .table_name("m2m-test")
        .key("pk", AttributeValue::S("ORG#acme".to_owned()))
        .key("sk", AttributeValue::S("COUNT".to_owned()))
        .update_expression("SET made = :made, made_on = :today")
        .expression_attribute_values(":made", AttributeValue::N(made.to_string()))
        .expression_attribute_values(":today", AttributeValue::N(today.to_string()));
    update.send().await.unwrap();
}

#[tokio::test]
async fn nobody_makes_and_deletes_clients_without_end() {
    let (service, token) = room_for_ten().await;
    let create = async |token: &str| {
        let call = service.post("/v1/clients").bearer(token);
        call.json(&json!({"name": "orders"})).send().await
    };
    made_today(&service, 999).await;
    let last = create(&token).await;
    assert_eq!(last.status, 201, "{}", last.text());
    let path = format!("/v1/clients/{}", last.member("client_id"));
    let delete = service.call(Method::DELETE, &path).bearer(&token);
    assert_eq!(delete.send().await.status, 204);
    let refused = create(&token).await;
    assert_eq!(refused.refusal(), (429, "daily-limit-reached".to_owned()));
    let wait: i64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert_eq!((service.now().as_second() + wait) % 86_400, 0);
    service.clock.advance(SignedDuration::from_secs(wait));
    let token = service.management_token("manager", MANAGEMENT).await;
    assert_eq!(create(&token).await.status, 201);
}
