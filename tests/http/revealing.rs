//! Showing a secret again: with a scope of its own, to its owner, and to be kept by nobody.

use m2m_core::client::Client;
use m2m_core::secret::Secret;
use m2m_testkit::builders::{self, NOW};
use m2m_tests::service;
use m2m_tests::world::{MANAGEMENT, ada, client_of, secret_of};
use m2m_types::admin::client::SecretStorage;
use serde_json::json;

fn value_path(client: &Client) -> String {
    format!(
        "/v1/clients/{}/secrets/{}/value",
        client.id, client.secrets[0].id
    )
}

#[tokio::test]
async fn a_secret_is_listed_without_its_value() {
    let service = service::start().await;
    let token = service.manager("clients:read").await;
    service.add_client(client_of(&ada(), "orders")).await;
    let path = "/v1/clients/m2m_orders/secrets";
    let mut listed = service.get(path).bearer(&token).send().await.json();
    listed["items"][0]["secret_arn"].take();
    let value = secret_of("orders");
    let id = builders::secret("orders").0.id;
    assert_eq!(
        listed,
        json!({
            "items": [{
                "secret_id": id.as_str(),
                "secret_arn": null,
                "hint": value[44..48],
                "created_at": "2026-01-01T00:00:00Z",
                "expires_at": null,
                "last_used_at": null,
            }],
            "next_cursor": null,
        })
    );
    assert_eq!(service.ask("m2m_orders", &value).await.status, 200);
    let used = service.get(path).bearer(&token).send().await.json();
    assert_eq!(used["items"][0]["last_used_at"], "2026-01-01T00:00:00Z");
}

#[tokio::test]
async fn a_secret_says_where_its_value_is_kept() {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    for (storage, is_kept) in [("secrets_manager", true), ("none", false)] {
        let body = json!({"name": "x", "secret_storage": storage});
        let created = service.create(&token, &body).await;
        let id = created["client_id"].as_str().unwrap();
        let path = format!("/v1/clients/{id}/secrets");
        let list = service.get(&path).bearer(&token).send().await.json();
        let arn = list["items"][0]["secret_arn"].as_str().unwrap_or_default();
        let named = format!(":secret:m2m/test/clients/{id}-");
        assert_eq!(arn.contains(&named), is_kept, "{arn}");
    }
}

#[tokio::test]
async fn a_value_needs_its_own_scope() {
    let service = service::start().await;
    let token = service.manager("clients:reveal").await;
    let client = Client {
        scopes: Some(builders::scopes("orders:read")),
        ..client_of(&ada(), "orders")
    };
    let client = service.add_client(client).await;
    let answer = service
        .get(&value_path(&client))
        .bearer(&token)
        .send()
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.member("client_secret"), secret_of("orders"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let rest = "clients:delegate clients:read clients:write";
    let without = service.management_token("manager", rest).await;
    let answer = service
        .get(&value_path(&client))
        .bearer(&without)
        .send()
        .await;
    assert_eq!(answer.refusal(), (403, "insufficient-scope".to_owned()));
    assert!(!answer.text().contains("m2ms_"));
}

#[tokio::test]
async fn an_expired_secret_is_not_there() {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    let client = client_of(&ada(), "orders");
    let expired = Client {
        secrets: vec![Secret {
            expires_at: Some(NOW),
            ..client.secrets[0].clone()
        }],
        ..client
    };
    let client = service.add_client(expired).await;
    let answer = service
        .get(&value_path(&client))
        .bearer(&token)
        .send()
        .await;
    assert_eq!(answer.refusal(), (404, "secret-not-found".to_owned()));
    let list = service
        .get("/v1/clients/m2m_orders/secrets")
        .bearer(&token)
        .send()
        .await;
    assert_eq!(list.json()["items"], json!([]));
}

#[tokio::test]
async fn the_secret_of_another_client_is_not_there() {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    let orders = service.add_client(client_of(&ada(), "orders")).await;
    service.add_client(client_of(&ada(), "other")).await;
    for id in [orders.secrets[0].id.as_str(), "not-a-secret-id", "%00"] {
        let path = format!("/v1/clients/m2m_other/secrets/{id}/value");
        let answer = service.get(&path).bearer(&token).send().await;
        assert_eq!(
            answer.refusal(),
            (404, "secret-not-found".to_owned()),
            "{id}"
        );
    }
}

#[tokio::test]
async fn a_value_that_is_kept_nowhere_was_shown_once() {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    let body = json!({"name": "x", "secret_storage": "none"});
    let created = service.create(&token, &body).await;
    assert_eq!(created["secret_storage"], "none");
    let (client, id) = (
        created["client_id"].as_str().unwrap(),
        created["client_secret_id"].as_str().unwrap(),
    );
    let secret = created["client_secret"].as_str().unwrap();
    assert_eq!(service.ask(client, secret).await.status, 200);
    let path = format!("/v1/clients/{client}/secrets/{id}/value");
    let answer = service.get(&path).bearer(&token).send().await;
    assert_eq!(answer.refusal(), (404, "value-not-kept".to_owned()));
    let unkept = Client {
        secret_storage: SecretStorage::None,
        ..client_of(&ada(), "unkept")
    };
    let unkept = service.add_client(unkept).await;
    let answer = service
        .get(&value_path(&unkept))
        .bearer(&token)
        .send()
        .await;
    assert_eq!(answer.refusal(), (404, "value-not-kept".to_owned()));
}
