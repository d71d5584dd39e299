//! Only one kind of answer drops a client from the state.

use serde_json::json;
use tfplugin::Value;

use crate::server::{Answer, ID, TYPE, World, billing, problem, quiet, says};

/// The service that the state was written for.
const MADE_BY: &str = "https://made.example";

/// What the read and the delete of a client say when the service answers so.
async fn read_and_delete(client: Answer, me: Option<Answer>) -> (Vec<String>, Vec<String>) {
    let path = format!("/v1/clients/{ID}");
    let mut world = World::new(move |seen, _| match seen.call.split_once(' ').unwrap() {
        ("GET", "/v1/me") => me.clone(),
        ("GET" | "DELETE", called) if called == path => Some(client.clone()),
        _ => None,
    })
    .await;
    let made = world
        .provider
        .apply(TYPE, &Value::Null, &billing(false))
        .await;
    let mut state = made.value;
    if let Value::Object(attributes) = &mut state {
        attributes.insert("issuer".to_owned(), MADE_BY.into());
        attributes.insert("owner".to_owned(), "local|admin".into());
    }
    let read = world.provider.read(TYPE, &state, &made.private).await;
    let deleted = world.provider.apply(TYPE, &state, &Value::Null).await;
    (read.messages, deleted.messages)
}

fn me(issuer: &str, owner: &str) -> Option<Answer> {
    let body = json!({"issuer": issuer, "client_id": "m2m_terraform", "owner": owner,
                      "organization": "local", "permissions": [], "scopes": []});
    Some((200, body))
}

#[tokio::test]
async fn what_the_service_says_is_gone_is_gone() {
    for kind in ["not-found", "client-deleted"] {
        let me = me(MADE_BY, "local|admin");
        let (read, deleted) = read_and_delete(problem(404, kind), me).await;
        says(&read, &["is gone", "planned anew"]);
        quiet(&deleted);
    }
}

#[tokio::test]
async fn another_issuer_keeps_the_state() {
    let (read, deleted) = read_and_delete(problem(404, "not-found"), None).await;
    for messages in [read, deleted] {
        says(&messages, &[MADE_BY, "The state is kept"]);
    }
}

#[tokio::test]
async fn another_owner_keeps_the_state() {
    let me = me(MADE_BY, "local|somebody");
    let (read, deleted) = read_and_delete(problem(404, "not-found"), me).await;
    for messages in [read, deleted] {
        says(
            &messages,
            &["local|admin", "local|somebody", "The state is kept"],
        );
    }
}

#[tokio::test]
async fn any_other_answer_keeps_the_state() {
    for (answer, text) in [
        (problem(404, "no-such-path"), "Not found"),
        ((404, json!({"message": "Not Found"})), "M2M_ENDPOINT"),
        (problem(403, "forbidden"), "Not allowed"),
        (problem(401, "authentication-required"), "M2M_ENDPOINT"),
        (problem(500, "internal"), "status 500"),
    ] {
        let me = me(MADE_BY, "local|admin");
        let (read, deleted) = read_and_delete(answer, me).await;
        says(&read, &["Could not read", text]);
        says(&deleted, &["Could not delete", text]);
    }
}
