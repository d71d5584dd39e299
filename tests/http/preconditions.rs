//! `If-Match`, `PUT` and changes at the same moment.

use std::sync::Arc;

use http::Method;
use m2m_tests::call::Answer;
use m2m_tests::service::{self, TestService};
use m2m_tests::world::{MANAGEMENT, ada, client_of};
use serde_json::{Value, json};
use tokio::task::JoinSet;

const PATH: &str = "/v1/clients/m2m_orders";

async fn scene() -> (TestService, String) {
    let service = service::start().await;
    let token = service.manager(MANAGEMENT).await;
    service.add_client(client_of(&ada(), "orders")).await;
    (service, token)
}

async fn send(
    (service, token): &(TestService, String),
    method: Method,
    if_match: Option<&str>,
    body: &Value,
) -> Answer {
    let call = service.call(method, PATH).bearer(token);
    let call = match if_match {
        Some(tag) => call.header("if-match", tag),
        None => call,
    };
    call.json(body).send().await
}

#[tokio::test]
async fn if_match_takes_lists_and_stars_and_no_weak_tags() {
    let scene = scene().await;
    let read = scene.0.get(PATH).bearer(&scene.1).send().await;
    let mut now = read.header("etag").unwrap().to_owned();
    let forms: [fn(&str) -> String; 4] = [
        |tag| tag.to_owned(),
        |_| "*".to_owned(),
        |tag| format!("\"x\", {tag}"),
        |tag| format!("{tag},\"0\""),
    ];
    for (n, form) in forms.iter().enumerate() {
        let body = json!({ "description": format!("change {n}") });
        let answer = send(&scene, Method::PATCH, Some(&form(&now)), &body).await;
        assert_eq!(answer.status, 200, "{}", form(&now));
        let changed = answer.header("etag").unwrap().to_owned();
        assert_ne!(changed, now);
        now = changed;
    }
    let body = json!({"description": "not to be"});
    let too_big = "\"18446744073709551616\"";
    for stale in ["\"0\"", "\"x\"", "\"\"", &format!("W/{now}"), too_big] {
        let answer = send(&scene, Method::PATCH, Some(stale), &body).await;
        let failed = (412, "precondition-failed".to_owned());
        assert_eq!(answer.refusal(), failed, "{stale}");
    }
    for malformed in ["0", "\"", "x", "**", ""] {
        let answer = send(&scene, Method::PATCH, Some(malformed), &body).await;
        let invalid = (400, "invalid-request".to_owned());
        assert_eq!(answer.refusal(), invalid, "{malformed}");
    }
}

#[tokio::test]
async fn a_replace_needs_to_say_what_it_replaces() {
    let scene = scene().await;
    let body = json!({"name": "renamed"});
    let answer = send(&scene, Method::PUT, None, &body).await;
    assert_eq!(answer.refusal(), (428, "precondition-required".to_owned()));
    assert_eq!(
        send(&scene, Method::PUT, Some("*"), &body).await.status,
        200
    );
}

#[tokio::test]
async fn a_replace_takes_back_to_the_default_what_it_leaves_out() {
    let scene = scene().await;
    let all = json!({
        "name": "renamed",
        "description": "d",
        "scopes": ["orders:read", "orders:write"],
        "default_scopes": ["orders:read"],
        "access_token_ttl_seconds": 60,
        "deletion_protection": true,
        "tags": {"a": "1"},
    });
    let full = send(&scene, Method::PUT, Some("*"), &all).await;
    assert_eq!(full.status, 200, "{}", full.text());
    for (member, value) in all.as_object().unwrap() {
        assert_eq!(full.json()[member], *value, "{member}");
    }
    let bare = send(
        &scene,
        Method::PUT,
        full.header("etag"),
        &json!({"name": "bare"}),
    )
    .await
    .json();
    assert_eq!(bare["description"], Value::Null);
    assert_eq!(bare["scopes"], Value::Null);
    assert_eq!(bare["default_scopes"], Value::Null);
    assert_eq!(bare["access_token_ttl_seconds"], 3_600);
    assert_eq!(bare["deletion_protection"], false);
    assert_eq!(bare["tags"], json!({}));
}

#[tokio::test]
async fn a_change_of_nothing_changes_no_tag() {
    let scene = scene().await;
    let read = scene.0.get(PATH).bearer(&scene.1).send().await;
    for body in [
        json!({}),
        json!({"name": "orders"}),
        json!({"description": null}),
    ] {
        let answer = send(&scene, Method::PATCH, None, &body).await;
        assert_eq!(answer.header("etag"), read.header("etag"), "{body}");
        assert_eq!(answer.body, read.body, "{body}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_twenty_changes_of_the_same_revision_wins() {
    let scene = Arc::new(scene().await);
    let read = scene.0.get(PATH).bearer(&scene.1).send().await;
    let tag = read.header("etag").unwrap().to_owned();
    let mut changes = JoinSet::new();
    for n in 0..20 {
        let (scene, tag) = (Arc::clone(&scene), tag.clone());
        changes.spawn(async move {
            let body = json!({ "description": format!("change {n}") });
            send(&scene, Method::PATCH, Some(&tag), &body).await
        });
    }
    let answers = changes.join_all().await;
    let won: Vec<_> = answers
        .iter()
        .filter(|answer| answer.status == 200)
        .collect();
    assert_eq!(won.len(), 1);
    let lost = answers.iter().filter(|answer| answer.status == 412).count();
    assert_eq!(lost, 19);
    let after = scene.0.get(PATH).bearer(&scene.1).send().await;
    assert_eq!(after.body, won[0].body);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn changes_of_different_members_do_not_undo_each_other() {
    let scene = Arc::new(scene().await);
    let mut changes = JoinSet::new();
    for n in 0..4 {
        let scene = Arc::clone(&scene);
        changes.spawn(async move {
            let body = json!({"tags": {format!("t{n}"): "v"}});
            send(&scene, Method::PATCH, None, &body).await.status
        });
    }
    assert_eq!(changes.join_all().await, [200; 4]);
    let after = scene.0.get(PATH).bearer(&scene.1).send().await.json();
    assert_eq!(
        after["tags"],
        json!({"t0": "v", "t1": "v", "t2": "v", "t3": "v"})
    );
}
