//! What exists is in the state, also when the rest failed.

use tfplugin::Value;

use crate::server::{
    FIRST_SECRET, ID, TYPE, World, billing, client_named, created, problem, quiet, says, secret,
};

#[tokio::test]
async fn a_repeated_create_has_one_key() {
    let mut world = World::new(|seen, n| {
        (seen.call == "POST /v1/clients" && n < 2).then(|| problem(503, "unavailable"))
    })
    .await;
    let made = world
        .provider
        .apply(TYPE, &Value::Null, &billing(false))
        .await;
    quiet(&made.messages);
    let mut creates = world.calls();
    creates.retain(|seen| seen.call == "POST /v1/clients");
    assert_eq!(creates.len(), 3);
    assert!(
        creates
            .iter()
            .all(|seen| seen.idempotency_key == creates[0].idempotency_key)
    );
    assert_eq!(creates[0].idempotency_key.len(), 64);

    // Another create is another client.
    quiet(
        &world
            .provider
            .apply(TYPE, &Value::Null, &billing(false))
            .await
            .messages,
    );
    assert_ne!(
        world.calls().last().unwrap().idempotency_key,
        creates[0].idempotency_key
    );
}

#[tokio::test]
async fn nothing_is_made_before_it_is_known_where() {
    let mut world =
        World::new(|seen, _| (seen.call == "GET /v1/me").then(|| problem(500, "internal"))).await;
    let made = world
        .provider
        .apply(TYPE, &Value::Null, &billing(false))
        .await;
    says(&made.messages, &["Could not create", "status 500"]);
    assert_eq!(made.value, Value::Null);
    assert_eq!(world.count("POST /v1/clients"), 0);
}

#[tokio::test]
async fn a_client_whose_secret_cannot_be_looked_at_is_kept() {
    let mut world = World::new(|seen, n| {
        (seen.call.ends_with("/secrets") && n == 0).then(|| problem(500, "internal"))
    })
    .await;
    let made = world
        .provider
        .apply(TYPE, &Value::Null, &billing(false))
        .await;
    quiet(&made.messages);
    assert_eq!(made.value.attribute("client_id"), &ID.into());
    assert_eq!(made.value.attribute("secret_id"), &FIRST_SECRET.into());
    for name in ["secret_created_at", "secret_arn"] {
        assert_eq!(made.value.attribute(name), &Value::Null, "{name}");
    }

    let read = world.provider.read(TYPE, &made.value, &made.private).await;
    quiet(&read.messages);
    assert_eq!(
        read.value.attribute("secret_created_at"),
        &"2025-01-01T00:00:00Z".into()
    );
    let plan = world
        .provider
        .plan(TYPE, &read.value, &billing(false))
        .await;
    assert_eq!(plan.value, read.value, "the plan is not empty");
}

#[tokio::test]
async fn a_secret_that_nobody_can_see_is_an_error_and_the_client_is_kept() {
    let mut world = World::new(|seen, _| {
        (seen.call == "POST /v1/clients").then(|| {
            let mut body = created();
            body["secret_storage"] = "none".into();
            (201, body)
        })
    })
    .await;
    let made = world
        .provider
        .apply(TYPE, &Value::Null, &billing(false))
        .await;
    says(
        &made.messages,
        &["Nobody has seen the secret", "expose_secret_in_state"],
    );
    assert_eq!(made.value.attribute("client_id"), &ID.into());
}

#[tokio::test]
async fn a_change_is_kept_when_the_secret_cannot_be_had() {
    let mut world = World::new(|seen, _| {
        if seen.call.starts_with("PATCH") {
            Some((200, client_named("renamed")))
        } else if seen.call.ends_with("/value") {
            Some(problem(403, "insufficient-scope"))
        } else {
            None
        }
    })
    .await;
    let made = world
        .provider
        .apply(TYPE, &Value::Null, &billing(false))
        .await;
    quiet(&made.messages);
    let mut config = billing(true);
    if let Value::Object(attributes) = &mut config {
        attributes.insert("name".to_owned(), "renamed".into());
    }
    let changed = world.provider.apply(TYPE, &made.value, &config).await;
    says(
        &changed.messages,
        &["Could not read the secret", "Not allowed"],
    );
    assert_eq!(changed.value.attribute("name"), &"renamed".into());
    assert_eq!(changed.value.attribute("client_secret"), &Value::Null);
    let mut patches = world.calls();
    patches.retain(|seen| seen.call.starts_with("PATCH"));
    assert_eq!(patches.len(), 1);
    assert_eq!(patches[0].body, serde_json::json!({"name": "renamed"}));

    // The next plan tries again.
    let plan = world.provider.plan(TYPE, &changed.value, &config).await;
    assert_eq!(plan.value.attribute("client_secret"), &Value::Unknown);
    assert!(!format!("{:?}", changed.messages).contains(secret().expose()));
}
