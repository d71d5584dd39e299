//! `PATCH` is an RFC 7396 merge patch.

use http::Method;
use m2m_tests::call::Answer;
use m2m_tests::service::{self, TestService};
use m2m_tests::world::MANAGEMENT;
use serde_json::{Value, json};

struct Scene {
    service: TestService,
    token: String,
    path: String,
}

async fn scene() -> Scene {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    let body = json!({
        "name": "orders",
        "description": "d",
        "scopes": ["orders:read", "orders:write"],
        "default_scopes": ["orders:read"],
        "access_token_ttl_seconds": 60,
        "tags": {"a": "1", "b": "2"},
    });
    let created = service.create(&token, &body).await;
    let path = format!("/v1/clients/{}", created["client_id"].as_str().unwrap());
    Scene {
        service,
        token,
        path,
    }
}

impl Scene {
    async fn patch(&self, body: &Value) -> Answer {
        let call = self
            .service
            .call(Method::PATCH, &self.path)
            .bearer(&self.token);
        let media_type = "application/merge-patch+json";
        call.body(media_type, body.to_string()).send().await
    }
}

#[tokio::test]
async fn null_takes_back_to_the_default() {
    let scene = scene().await;
    let before = scene.patch(&json!({})).await.json();
    for (member, default) in [
        ("description", json!(null)),
        ("default_scopes", json!(null)),
        ("scopes", json!(null)),
        ("access_token_ttl_seconds", json!(3_600)),
        ("deletion_protection", json!(false)),
        ("tags", json!({})),
    ] {
        let answer = scene.patch(&json!({member: null})).await;
        assert_eq!(answer.status, 200, "{member}: {}", answer.text());
        let mut expected = before.clone();
        expected[member] = default;
        let mut patched = answer.json();
        assert_eq!(patched["name"], "orders");
        assert_eq!(patched[member], expected[member], "{member}");
        patched[member] = before[member].clone();
        let restored = scene.patch(&json!({member: before[member]})).await;
        assert_eq!(restored.json()[member], before[member]);
    }
}

#[tokio::test]
async fn a_name_cannot_be_null() {
    let scene = scene().await;
    let answer = scene.patch(&json!({"name": null})).await;
    assert_eq!(answer.refusal(), (400, "invalid-request".to_owned()));
    assert_eq!(answer.pointers(), ["/name"]);
}

#[tokio::test]
async fn tags_are_merged_one_by_one() {
    let scene = scene().await;
    let tags =
        async |tags: Value| scene.patch(&json!({ "tags": tags })).await.json()["tags"].clone();
    assert_eq!(tags(json!({})).await, json!({"a": "1", "b": "2"}));
    assert_eq!(
        tags(json!({"c": "3"})).await,
        json!({"a": "1", "b": "2", "c": "3"})
    );
    assert_eq!(
        tags(json!({"a": null, "b": "4"})).await,
        json!({"b": "4", "c": "3"})
    );
    assert_eq!(
        tags(json!({"unknown": null})).await,
        json!({"b": "4", "c": "3"})
    );
    assert_eq!(tags(json!(null)).await, json!({}));
}

#[tokio::test]
async fn lists_are_replaced_whole() {
    let scene = scene().await;
    let body = json!({"scopes": ["orders:write"], "default_scopes": []});
    let patched = scene.patch(&body).await.json();
    assert_eq!(patched["scopes"], json!(["orders:write"]));
    assert_eq!(patched["default_scopes"], json!([]));
    // What would no longer fit is refused as a whole.
    let answer = scene
        .patch(&json!({"default_scopes": ["orders:read"], "description": "e"}))
        .await;
    assert_eq!(answer.pointers(), ["/default_scopes"]);
    assert_eq!(scene.patch(&json!({})).await.json()["description"], "d");
}

#[tokio::test]
async fn a_change_moves_updated_at_and_the_tag() {
    let scene = scene().await;
    let before = scene.patch(&json!({})).await;
    scene
        .service
        .clock
        .advance(jiff::SignedDuration::from_secs(1));
    let after = scene.patch(&json!({"name": "renamed"})).await;
    assert_eq!(after.json()["updated_at"], "2026-01-01T00:00:01Z");
    assert_eq!(after.json()["created_at"], before.json()["created_at"]);
    assert_ne!(after.header("etag"), before.header("etag"));
}

#[tokio::test]
async fn null_and_no_scopes_are_not_the_same() {
    let scene = scene().await;
    let reset = scene
        .patch(&json!({"scopes": [], "default_scopes": null}))
        .await;
    assert_eq!(reset.json()["scopes"], json!([]));
    let reset = scene.patch(&json!({"scopes": null})).await;
    assert_eq!(reset.json()["scopes"], json!(null));
}
