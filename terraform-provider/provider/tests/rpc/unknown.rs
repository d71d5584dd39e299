//! Values that are known only after the apply.

use tfplugin::Value;
use tfplugin::testing::{Harness, object};

use crate::server::{TYPE, World, billing, quiet};

#[tokio::test]
async fn every_argument_may_be_unknown() {
    let mut world = World::new(|_, _| None).await;
    let config = object([
        ("name", Value::Unknown),
        ("description", Value::Unknown),
        (
            "scopes",
            Value::Set(vec!["orders:read".into(), Value::Unknown]),
        ),
        ("default_scopes", Value::Unknown),
        ("access_token_ttl_seconds", Value::Unknown),
        ("deletion_protection", Value::Unknown),
        (
            "tags",
            Value::Map([("a".to_owned(), Value::Unknown)].into()),
        ),
        ("secret_storage", Value::Unknown),
        ("expose_secret_in_state", Value::Unknown),
    ]);
    quiet(&world.provider.validate(TYPE, &config).await);
    let plan = world.provider.plan(TYPE, &Value::Null, &config).await;
    quiet(&plan.messages);
    assert_eq!(plan.value.attribute("scopes"), config.attribute("scopes"));
    assert_eq!(plan.value.attribute("client_secret"), &Value::Unknown);

    // Also where a client exists.
    let made = world
        .provider
        .apply(TYPE, &Value::Null, &billing(false))
        .await;
    let plan = world.provider.plan(TYPE, &made.value, &config).await;
    quiet(&plan.messages);
    assert_eq!(plan.requires_replace, [""; 0]);
    let client_id = made.value.attribute("client_id");
    assert_eq!(plan.value.attribute("client_id"), client_id);
}

#[tokio::test]
async fn settings_that_are_unknown_stop_nothing_but_calls() {
    let mut provider = Harness::new(provider_m2m::M2mProvider::default());
    let settings = object([
        ("endpoint", Value::Unknown),
        ("client_id", "m2m_x".into()),
        ("client_secret", Value::Unknown),
    ]);
    quiet(&provider.configure(&settings).await);
    let plan = provider.plan(TYPE, &Value::Null, &billing(false)).await;
    quiet(&plan.messages);
    assert_eq!(plan.value.attribute("name"), &"billing".into());
    let config = object([("client_id", Value::from("m2m_x"))]);
    let found = provider.read_data(TYPE, &config).await;
    assert!(
        found.messages[0].contains("known only after the apply"),
        "{:?}",
        found.messages
    );
}

#[tokio::test]
async fn every_schema_is_one_that_terraform_takes() {
    let provider = Harness::new(provider_m2m::M2mProvider::default());
    assert_eq!(provider.schema_problems(), [""; 0]);
}
