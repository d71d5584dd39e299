use super::{client, configured, of_thing, texts, thing};
use crate::testing::object;
use crate::value::Value;
use crate::wire::tfplugin6 as wire;
use wire::attribute_path::step::Selector;
use wire::{plan_resource_change, validate_resource_config};

const NULL: Value = Value::Null;

fn config(name: &str) -> Value {
    whole(NULL, name.into(), NULL, NULL, NULL)
}

fn whole(id: Value, name: Value, size: Value, kind: Value, etag: Value) -> Value {
    object([
        ("id", id),
        ("name", name),
        ("size", size),
        ("kind", kind),
        ("secret", NULL),
        ("etag", etag),
    ])
}

fn stored(name: &str, kind: Value) -> Value {
    whole("1".into(), name.into(), 1.into(), kind, "e1".into())
}

async fn plan(prior: &Value, config: &Value, proposed: &Value) -> plan_resource_change::Response {
    plan_with(prior, config, proposed, false).await
}

async fn plan_with(
    prior: &Value,
    config: &Value,
    proposed: &Value,
    deferral_allowed: bool,
) -> plan_resource_change::Response {
    let request = plan_resource_change::Request {
        type_name: "test_thing".to_owned(),
        prior_state: thing(prior),
        config: thing(config),
        proposed_new_state: thing(proposed),
        client_capabilities: Some(wire::ClientCapabilities {
            deferral_allowed,
            ..wire::ClientCapabilities::default()
        }),
        ..plan_resource_change::Request::default()
    };
    configured()
        .await
        .plan_resource_change(request)
        .await
        .unwrap()
        .into_inner()
}

async fn validate(config: &Value, write_only_allowed: bool) -> Vec<wire::Diagnostic> {
    let request = validate_resource_config::Request {
        type_name: "test_thing".to_owned(),
        config: thing(config),
        client_capabilities: Some(wire::ClientCapabilities {
            write_only_attributes_allowed: write_only_allowed,
            ..wire::ClientCapabilities::default()
        }),
    };
    client()
        .validate_resource_config(request)
        .await
        .unwrap()
        .into_inner()
        .diagnostics
}

fn with(mut value: Value, name: &str, new: impl Into<Value>) -> Value {
    if let Value::Object(object) = &mut value {
        object.insert(name.to_owned(), new.into());
    }
    value
}

#[tokio::test]
async fn a_creation_is_planned_from_defaults_and_unknowns() {
    let config = with(config("a"), "secret", "hunter2");
    let response = plan(&NULL, &config, &config).await;
    assert_eq!(texts(&response.diagnostics), [""; 0]);
    let expected = whole(Value::Unknown, "a".into(), 1.into(), NULL, Value::Unknown);
    assert_eq!(of_thing(response.planned_state), expected);
    assert_eq!(response.requires_replace, []);
    assert!(!response.legacy_type_system);
}

#[tokio::test]
async fn a_plan_without_a_change_is_the_state() {
    let prior = stored("a", NULL);
    let response = plan(
        &prior,
        &with(config("a"), "secret", "new"),
        &with(prior.clone(), "secret", "new"),
    )
    .await;
    assert_eq!(of_thing(response.planned_state), prior);
}

#[tokio::test]
async fn a_change_of_kind_replaces() {
    let prior = stored("a", NULL);
    let proposed = stored("a", "k".into());
    let response = plan(&prior, &with(config("a"), "kind", "k"), &proposed).await;
    let paths: Vec<_> = response
        .requires_replace
        .iter()
        .map(|path| path.steps[0].selector.clone())
        .collect();
    assert_eq!(paths, [Some(Selector::AttributeName("kind".to_owned()))]);
}

#[tokio::test]
async fn the_resource_can_change_the_plan() {
    let response = plan(
        &stored("a", NULL),
        &config("replace"),
        &stored("replace", NULL),
    )
    .await;
    assert_eq!(response.requires_replace.len(), 1);
    let response = plan(&NULL, &config("keep"), &config("keep")).await;
    assert_eq!(response.planned_private, br#"{"kept":"yes"}"#);
    let response = plan(&NULL, &config("warn"), &config("warn")).await;
    assert_eq!(texts(&response.diagnostics), ["careful: "]);
    let response = plan(&NULL, &config("refuse"), &config("refuse")).await;
    assert_eq!(texts(&response.diagnostics), ["refused: No."]);
    assert!(response.diagnostics[0].attribute.is_some() && response.planned_state.is_none());
}

#[tokio::test]
async fn a_plan_against_the_rules_is_found_here_already() {
    let response = plan(&NULL, &config("invent"), &config("invent")).await;
    let found = texts(&response.diagnostics);
    assert!(
        found[0].contains("kind: a value is planned, but none is configured"),
        "{found:?}"
    );
}

#[tokio::test]
async fn a_deferral_needs_a_terraform_that_can() {
    let response = plan_with(&NULL, &config("defer"), &config("defer"), true).await;
    assert_eq!(response.deferred.unwrap().reason, 1);
    let response = plan_with(&NULL, &config("defer"), &config("defer"), false).await;
    assert!(response.deferred.is_none());
    assert!(texts(&response.diagnostics)[0].starts_with("The operation cannot be put off"));
}

#[tokio::test]
async fn a_deletion_is_planned_as_null_unless_it_is_forbidden() {
    let response = plan(&stored("a", NULL), &NULL, &NULL).await;
    assert_eq!(of_thing(response.planned_state), NULL);
    let response = plan(&stored("protected", NULL), &NULL, &NULL).await;
    assert_eq!(
        texts(&response.diagnostics),
        ["protected: Unprotect it first."]
    );
}

#[tokio::test]
async fn validation_takes_unknowns_and_points_at_no_secret() {
    let unknown = whole(NULL, Value::Unknown, Value::Unknown, Value::Unknown, NULL);
    assert_eq!(
        validate(&with(unknown, "secret", Value::Unknown), true).await,
        []
    );
    let long = validate(&config("a name that is much too long"), true).await;
    assert_eq!(
        texts(&long),
        ["Invalid value for name: Expected 1 to 20 characters, found 28."]
    );
    assert!(long[0].attribute.is_some());
    let both = with(with(config("a"), "secret", "hunter2"), "kind", "k");
    let found = validate(&both, true).await;
    assert_eq!(
        texts(&found),
        ["conflict: Not with kind.\n\nAttribute: secret"]
    );
    assert_eq!(found[0].attribute, None);
}

#[tokio::test]
async fn an_old_terraform_gets_no_write_only_values() {
    let found = validate(&with(config("a"), "secret", "s"), false).await;
    assert!(texts(&found)[0].starts_with("Write-only values are not supported"));
    assert_eq!(validate(&config("a"), false).await, []);
}

#[tokio::test]
async fn a_fraction_is_no_size() {
    let fraction = Value::Number("1.5".parse().unwrap());
    let found = validate(&with(config("a"), "size", fraction), true).await;
    assert_eq!(
        texts(&found),
        ["Invalid value for size: Expected a whole number of 64 bits."]
    );
}
