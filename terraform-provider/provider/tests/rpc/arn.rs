//! Where the secret is kept is known after the create and stays.

use serde_json::Value as Json;
use tfplugin::Value;
use tfplugin::testing::object;

use crate::server::{ARN, FIRST_SECRET, ID, TYPE, World, billing, client_named, quiet, secrets};

/// From create to an update, with an empty plan after each step.
async fn stays(world: &mut World, arn: &Value) {
    let made = world
        .provider
        .apply(TYPE, &Value::Null, &billing(false))
        .await;
    quiet(&made.messages);
    assert_eq!(made.value.attribute("secret_arn"), arn);
    has_come_to_rest(world, &made.value).await;

    let imported = world.provider.import(TYPE, ID).await;
    quiet(&imported.messages);
    let state = has_come_to_rest(world, &imported.value).await;
    assert_eq!(state, made.value);

    let mut config = billing(false);
    if let Value::Object(attributes) = &mut config {
        attributes.insert("name".to_owned(), "renamed".into());
    }
    let plan = world.provider.plan(TYPE, &state, &config).await;
    assert_eq!(plan.value.attribute("secret_arn"), arn);
    let changed = world.provider.apply(TYPE, &state, &config).await;
    quiet(&changed.messages);
    assert_eq!(changed.value.attribute("secret_arn"), arn);

    let config = object([("client_id", Value::from(ID))]);
    let found = world.provider.read_data(TYPE, &config).await;
    quiet(&found.messages);
    assert_eq!(found.value.attribute("secret_arn"), arn);
}

/// What a refresh shows, for which nothing is planned.
async fn has_come_to_rest(world: &mut World, state: &Value) -> Value {
    let read = world.provider.read(TYPE, state, &[]).await;
    quiet(&read.messages);
    let plan = world
        .provider
        .plan(TYPE, &read.value, &billing(false))
        .await;
    quiet(&plan.messages);
    assert_eq!(plan.value, read.value, "the plan is not empty");
    read.value
}

/// A service that takes each change; `secrets` is what it shows of the client's secrets.
async fn service_with(secrets: Json) -> World {
    World::new(move |seen, _| {
        if seen.call.starts_with("PATCH") {
            Some((200, client_named("renamed")))
        } else {
            seen.call
                .ends_with("/secrets")
                .then(|| (200, secrets.clone()))
        }
    })
    .await
}

#[tokio::test]
async fn a_secret_that_is_kept_has_an_arn() {
    let mut world = service_with(secrets(&[FIRST_SECRET])).await;
    stays(&mut world, &ARN.into()).await;
}

#[tokio::test]
async fn a_secret_that_is_kept_nowhere_has_none() {
    let mut kept_nowhere = secrets(&[FIRST_SECRET]);
    kept_nowhere["items"][0]["secret_arn"] = Json::Null;
    let mut world = service_with(kept_nowhere).await;
    stays(&mut world, &Value::Null).await;
}
