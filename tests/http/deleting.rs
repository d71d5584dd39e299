//! Deleting: dead at once, kept for a while, in nobody's way.

use http::Method;
use m2m_tests::call::Answer;
use m2m_tests::service::{self, TestService};
use m2m_tests::world::{MANAGEMENT, ada, client_of, secret_of};
use serde_json::json;

async fn delete(service: &TestService, token: &str, name: &str) -> Answer {
    let path = format!("/v1/clients/m2m_{name}");
    service
        .call(Method::DELETE, &path)
        .bearer(token)
        .send()
        .await
}

async fn list(service: &TestService, token: &str, status: &str) -> Vec<String> {
    let path = format!("/v1/clients?status={status}");
    let list = service.get(&path).bearer(token).send().await.json();
    let items = list["items"].as_array().unwrap();
    items
        .iter()
        .map(|item| item["name"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn the_tokens_of_a_deleted_client_are_dead_at_once() {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    let its = service.manager_of(&ada(), "orders", MANAGEMENT).await;
    let me = || service.get("/v1/me").bearer(&its).send();
    assert_eq!(me().await.status, 200);
    assert_eq!(delete(&service, &token, "orders").await.status, 204);
    assert_eq!(me().await.refusal(), (401, "invalid-token".to_owned()));
    let answer = service.ask("m2m_orders", &secret_of("orders")).await;
    assert_eq!(answer.refusal(), (401, "invalid_client".to_owned()));
}

#[tokio::test]
async fn a_client_can_delete_itself_and_is_gone() {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    assert_eq!(delete(&service, &token, "manager").await.status, 204);
    assert_eq!(delete(&service, &token, "manager").await.status, 401);
}

#[tokio::test]
async fn a_deleted_client_is_listed_as_deleted_only() {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    service.add_client(client_of(&ada(), "orders")).await;
    assert_eq!(delete(&service, &token, "orders").await.status, 204);
    assert_eq!(list(&service, &token, "active").await, ["manager"]);
    assert_eq!(list(&service, &token, "deleted").await, ["orders"]);
    let path = "/v1/clients?status=deleted";
    let item = service.get(path).bearer(&token).send().await.json()["items"][0].clone();
    assert_eq!(item["status"], "deleted");
    // 29 days after the beginning of the year.
    assert_eq!(item["restorable_until"], "2026-01-30T00:00:00Z");
}

#[tokio::test]
async fn a_deleted_client_is_client_deleted_on_every_route() {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    let client = service.add_client(client_of(&ada(), "orders")).await;
    assert_eq!(delete(&service, &token, "orders").await.status, 204);
    let id = &client.secrets[0].id;
    for (method, below) in [
        (Method::GET, String::new()),
        (Method::PUT, String::new()),
        (Method::PATCH, String::new()),
        (Method::DELETE, String::new()),
        (Method::GET, "/secrets".to_owned()),
        (Method::GET, format!("/secrets/{id}/value")),
    ] {
        let path = format!("/v1/clients/m2m_orders{below}");
        let call = service.call(method.clone(), &path).bearer(&token);
        let call = call.header("if-match", "*").json(&json!({"name": "x"}));
        let refusal = call.send().await.refusal();
        assert_eq!(
            refusal,
            (404, "client-deleted".to_owned()),
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn deletion_protection_is_in_the_way_until_it_is_off() {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    service.add_client(client_of(&ada(), "orders")).await;
    let protect = |on: bool| {
        let call = service
            .call(Method::PATCH, "/v1/clients/m2m_orders")
            .bearer(&token);
        call.json(&json!({ "deletion_protection": on })).send()
    };
    assert_eq!(protect(true).await.status, 200);
    let answer = delete(&service, &token, "orders").await;
    assert_eq!(answer.refusal(), (409, "deletion-protection".to_owned()));
    assert_eq!(
        service.ask("m2m_orders", &secret_of("orders")).await.status,
        200
    );
    assert_eq!(protect(false).await.status, 200);
    assert_eq!(delete(&service, &token, "orders").await.status, 204);
}

#[tokio::test]
async fn a_delete_honours_if_match() {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    service.add_client(client_of(&ada(), "orders")).await;
    let path = "/v1/clients/m2m_orders";
    let read = service.get(path).bearer(&token).send().await;
    let delete = |tag: String| {
        let call = service.call(Method::DELETE, path).bearer(&token);
        call.header("if-match", tag).send()
    };
    assert_eq!(delete("\"77\"".to_owned()).await.status, 412);
    assert_eq!(
        delete(read.header("etag").unwrap().to_owned()).await.status,
        204
    );
}

#[tokio::test]
async fn getting_tokens_changes_no_etag() {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    service.add_client(client_of(&ada(), "orders")).await;
    let read = || service.get("/v1/clients/m2m_orders").bearer(&token).send();
    let before = read().await;
    assert_eq!(before.json()["last_used_at"], json!(null));
    assert_eq!(
        service.ask("m2m_orders", &secret_of("orders")).await.status,
        200
    );
    let after = read().await;
    assert_eq!(after.header("etag"), before.header("etag"));
    assert_eq!(after.json()["last_used_at"], "2026-01-01T00:00:00Z");
    assert_eq!(after.json()["updated_at"], before.json()["updated_at"]);
}
