//! The secret in the state: only on demand, and only while it is the right one.

use tfplugin::Value;

use crate::server::{FIRST_SECRET, SECOND_SECRET, TYPE, World, billing, quiet, secret, secrets};

#[tokio::test]
async fn the_secret_comes_with_the_create_and_stays() {
    let mut world = World::new(|_, _| None).await;
    let made = world
        .provider
        .apply(TYPE, &Value::Null, &billing(true))
        .await;
    quiet(&made.messages);
    assert_eq!(
        made.value.attribute("client_secret"),
        &secret().expose().into()
    );
    let read = world.provider.read(TYPE, &made.value, &made.private).await;
    assert_eq!(read.value, made.value);
    let plan = world.provider.plan(TYPE, &read.value, &billing(true)).await;
    assert_eq!(plan.value, read.value, "the plan is not empty");
    // It was never shown again, so no right to reveal was needed.
    assert!(
        world
            .calls()
            .iter()
            .all(|seen| !seen.call.ends_with("/value"))
    );
}

#[tokio::test]
async fn a_rotation_elsewhere_shows_and_the_new_value_is_fetched() {
    let mut world = World::new(|seen, n| {
        (seen.call.ends_with("/secrets") && n > 0).then(|| (200, secrets(&[SECOND_SECRET])))
    })
    .await;
    let made = world
        .provider
        .apply(TYPE, &Value::Null, &billing(true))
        .await;
    assert_eq!(made.value.attribute("secret_id"), &FIRST_SECRET.into());

    let read = world.provider.read(TYPE, &made.value, &made.private).await;
    quiet(&read.messages);
    assert_eq!(read.value.attribute("secret_id"), &SECOND_SECRET.into());
    assert_eq!(read.value.attribute("client_secret"), &Value::Null);

    let changed = world
        .provider
        .apply(TYPE, &read.value, &billing(true))
        .await;
    quiet(&changed.messages);
    assert_eq!(
        changed.value.attribute("client_secret"),
        &secret().expose().into()
    );
    assert!(
        world
            .calls()
            .iter()
            .all(|seen| !seen.call.starts_with("PATCH"))
    );
    let value = format!(
        "GET /v1/clients/{}/secrets/{SECOND_SECRET}/value",
        crate::server::ID
    );
    assert_eq!(world.count(&value), 1);
}

#[tokio::test]
async fn a_second_secret_beside_the_own_one_is_no_drift() {
    let mut world = World::new(|seen, n| {
        let both = [SECOND_SECRET, FIRST_SECRET];
        (seen.call.ends_with("/secrets") && n > 0).then(|| (200, secrets(&both)))
    })
    .await;
    let made = world
        .provider
        .apply(TYPE, &Value::Null, &billing(false))
        .await;
    let read = world.provider.read(TYPE, &made.value, &made.private).await;
    assert_eq!(read.value, made.value);
}
