use super::{configured, decode, encode, of_thing, texts, thing};
use crate::testing::object;
use crate::value::{Type, Value};
use crate::wire::tfplugin6 as wire;
use wire::{
    apply_resource_change, import_resource_state, move_resource_state, read_resource,
    upgrade_resource_identity, upgrade_resource_state,
};

const NULL: Value = Value::Null;

fn value(id: Value, name: &str, etag: Value) -> Value {
    object([
        ("id", id),
        ("name", name.into()),
        ("size", 1.into()),
        ("kind", NULL),
        ("secret", NULL),
        ("etag", etag),
    ])
}

fn identity_type() -> Type {
    Type::object([("id", Type::String), ("realm", Type::String)])
}

fn request(prior: &Value, planned: &Value) -> apply_resource_change::Request {
    let mut config = planned.clone();
    if let Value::Object(config) = &mut config {
        config.insert("secret".to_owned(), "hunter2".into());
        config.insert("id".to_owned(), NULL);
        config.insert("etag".to_owned(), NULL);
    }
    apply_resource_change::Request {
        type_name: "test_thing".to_owned(),
        prior_state: thing(prior),
        planned_state: thing(planned),
        config: thing(&config),
        planned_private: br#"{"kept":"yes"}"#.to_vec(),
        ..apply_resource_change::Request::default()
    }
}

async fn apply(prior: &Value, planned: &Value) -> apply_resource_change::Response {
    let request = request(prior, planned);
    configured()
        .await
        .apply_resource_change(request)
        .await
        .unwrap()
        .into_inner()
}

fn new(name: &str) -> Value {
    value(Value::Unknown, name, Value::Unknown)
}

#[tokio::test]
async fn what_is_created_is_stored_with_what_the_plan_kept() {
    let response = apply(&NULL, &new("a")).await;
    assert_eq!(texts(&response.diagnostics), [""; 0]);
    assert_eq!(
        of_thing(response.new_state),
        value("1".into(), "a", "e1".into())
    );
    assert_eq!(response.private, br#"{"by":"create","kept":"yes"}"#);
    let identity = response.new_identity.unwrap().identity_data;
    let expected = object([("id", "1".into()), ("realm", NULL)]);
    assert_eq!(decode(identity, &identity_type()), expected);
}

#[tokio::test]
async fn what_is_half_created_is_stored_with_the_error() {
    let response = apply(&NULL, &new("half")).await;
    assert_eq!(
        texts(&response.diagnostics),
        ["half done: The rest failed."]
    );
    assert_eq!(
        of_thing(response.new_state),
        value("1".into(), "half", NULL)
    );
}

#[tokio::test]
async fn what_is_not_created_is_not_stored() {
    let response = apply(&NULL, &new("nothing")).await;
    assert_eq!(texts(&response.diagnostics), ["refused: Nothing was made."]);
    assert_eq!(of_thing(response.new_state), NULL);
}

#[tokio::test]
async fn a_write_only_value_is_never_stored() {
    let response = apply(&NULL, &new("leak")).await;
    assert_eq!(texts(&response.diagnostics), [""; 0]);
    assert!(of_thing(response.new_state).attribute("secret").is_null());
}

#[tokio::test]
async fn a_result_other_than_planned_is_found_and_still_stored() {
    let response = apply(&NULL, &new("lie")).await;
    assert!(texts(&response.diagnostics)[0].contains("size: the value is not the planned one"));
    assert_eq!(of_thing(response.new_state).attribute("size"), &7.into());
}

#[tokio::test]
async fn a_failed_update_or_deletion_keeps_the_state() {
    let prior = value("1".into(), "nothing", "e1".into());
    let response = apply(&prior, &new("nothing")).await;
    assert_eq!(texts(&response.diagnostics), ["refused: Nothing changed."]);
    assert_eq!(of_thing(response.new_state), prior);
    let response = apply(&prior, &NULL).await;
    assert_eq!(texts(&response.diagnostics), ["refused: It stays."]);
    assert_eq!(of_thing(response.new_state), prior);
    assert_eq!(response.private, br#"{"kept":"yes"}"#);
}

#[tokio::test]
async fn an_update_and_a_deletion_are_stored() {
    let prior = value("1".into(), "a", "e1".into());
    let response = apply(&prior, &value("1".into(), "b", Value::Unknown)).await;
    assert_eq!(
        of_thing(response.new_state),
        value("1".into(), "b", "e2".into())
    );
    assert_eq!(of_thing(apply(&prior, &NULL).await.new_state), NULL);
}

#[tokio::test]
async fn a_panic_is_a_message_and_the_provider_lives_on() {
    let mut client = configured().await;
    let crashed = client
        .apply_resource_change(request(&NULL, &new("panic")))
        .await
        .unwrap();
    let crashed = crashed.into_inner();
    assert!(texts(&crashed.diagnostics)[0].starts_with("The provider crashed"));
    assert!(crashed.new_state.is_none());
    let next = client
        .apply_resource_change(request(&NULL, &new("a")))
        .await
        .unwrap();
    assert_eq!(texts(&next.into_inner().diagnostics), [""; 0]);
}

#[tokio::test]
async fn stop_cancels_what_is_under_way_and_nothing_later() {
    let client = configured().await;
    let mut waiting = client.clone();
    let call = tokio::spawn(async move {
        waiting
            .apply_resource_change(request(&NULL, &new("wait")))
            .await
            .unwrap()
            .into_inner()
    });
    let mut client = client;
    // The call may not have begun yet: stop until it has been.
    while !call.is_finished() {
        client
            .stop_provider(wire::stop_provider::Request {})
            .await
            .unwrap();
        tokio::task::yield_now().await;
    }
    assert_eq!(texts(&call.await.unwrap().diagnostics), ["cancelled: "]);
    let next = client
        .apply_resource_change(request(&NULL, &new("a")))
        .await
        .unwrap();
    assert_eq!(texts(&next.into_inner().diagnostics), [""; 0]);
}

async fn read(id: &str) -> read_resource::Response {
    let request = read_resource::Request {
        type_name: "test_thing".to_owned(),
        current_state: thing(&value(id.into(), "a", "e1".into())),
        private: br#"{"kept":"yes"}"#.to_vec(),
        ..read_resource::Request::default()
    };
    configured()
        .await
        .read_resource(request)
        .await
        .unwrap()
        .into_inner()
}

#[tokio::test]
async fn reading_finds_changes_and_what_is_gone() {
    let response = read("1").await;
    assert_eq!(
        of_thing(response.new_state),
        value("1".into(), "a", "e9".into())
    );
    assert_eq!(response.private, br#"{"kept":"yes","read":"yes"}"#);
    let identity = decode(
        response.new_identity.unwrap().identity_data,
        &identity_type(),
    );
    assert_eq!(
        identity,
        object([("id", "1".into()), ("realm", "r1".into())])
    );
    let response = read("gone").await;
    assert_eq!(of_thing(response.new_state), NULL);
    assert_eq!(texts(&response.diagnostics), [""; 0]);
    assert_eq!(texts(&read("down").await.diagnostics), ["down: Try again."]);
}

async fn import(id: &str, identity: Option<Value>) -> import_resource_state::Response {
    let request = import_resource_state::Request {
        type_name: "test_thing".to_owned(),
        id: id.to_owned(),
        identity: identity.map(|identity| wire::ResourceIdentityData {
            identity_data: Some(encode(&identity, &identity_type())),
        }),
        ..import_resource_state::Request::default()
    };
    configured()
        .await
        .import_resource_state(request)
        .await
        .unwrap()
        .into_inner()
}

#[tokio::test]
async fn an_object_is_imported_by_id_and_by_identity() {
    let identity = object([("id", "7".into()), ("realm", NULL)]);
    for response in [import("7", None).await, import("", Some(identity)).await] {
        assert_eq!(texts(&response.diagnostics), [""; 0]);
        let state = of_thing(response.imported_resources[0].state.clone());
        assert_eq!(state.attribute("id"), &"7".into());
        assert!(state.attribute("secret").is_null());
        assert!(response.imported_resources[0].identity.is_some());
    }
    let response = import("", None).await;
    let expected = "The import names no object: Give the id of the object to import.";
    assert_eq!(texts(&response.diagnostics), [expected]);
}

async fn upgrade(version: i64, json: &str) -> upgrade_resource_state::Response {
    let request = upgrade_resource_state::Request {
        type_name: "test_thing".to_owned(),
        version,
        raw_state: Some(wire::RawState {
            json: json.into(),
            ..wire::RawState::default()
        }),
    };
    configured()
        .await
        .upgrade_resource_state(request)
        .await
        .unwrap()
        .into_inner()
}

#[tokio::test]
async fn stored_states_come_to_the_current_schema() {
    let same = upgrade(
        2,
        r#"{"id":"1","name":"a","size":9007199254740993,"secret":"old"}"#,
    )
    .await;
    let state = of_thing(same.upgraded_state);
    assert_eq!(state.attribute("size"), &9_007_199_254_740_993_i64.into());
    assert!(state.attribute("secret").is_null() && state.attribute("etag").is_null());
    let old = upgrade(0, r#"{"id":"1","title":"a","dropped":[]}"#).await;
    assert_eq!(of_thing(old.upgraded_state).attribute("name"), &"a".into());
    let newer = upgrade(3, r#"{"id":"1"}"#).await;
    assert!(texts(&newer.diagnostics)[0].starts_with("The state was stored by a newer provider"));
    let broken = upgrade(1, "[]").await;
    assert_eq!(
        texts(&broken.diagnostics),
        ["The state cannot be read: It is not a JSON object."]
    );
}

#[tokio::test]
async fn a_state_from_before_terraform_0_12_is_refused() {
    let flatmap = [("id".to_owned(), "1".to_owned())].into();
    let request = upgrade_resource_state::Request {
        type_name: "test_thing".to_owned(),
        version: 2,
        raw_state: Some(wire::RawState {
            json: Vec::new(),
            flatmap,
        }),
    };
    let response = configured()
        .await
        .upgrade_resource_state(request)
        .await
        .unwrap()
        .into_inner();
    assert!(texts(&response.diagnostics)[0].starts_with("The state is too old"));
}

#[tokio::test]
async fn a_state_moves_from_a_type_that_is_taken_over() {
    let moved = |type_name: &str| move_resource_state::Request {
        target_type_name: "test_thing".to_owned(),
        source_type_name: type_name.to_owned(),
        source_state: Some(wire::RawState {
            json: br#"{"label":"x"}"#.to_vec(),
            ..wire::RawState::default()
        }),
        ..move_resource_state::Request::default()
    };
    let mut client = configured().await;
    let response = client
        .move_resource_state(moved("other_thing"))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(
        of_thing(response.target_state).attribute("name"),
        &"x".into()
    );
    let response = client
        .move_resource_state(moved("null_resource"))
        .await
        .unwrap()
        .into_inner();
    assert_eq!(texts(&response.diagnostics), ["foreign: null_resource"]);
}

#[tokio::test]
async fn identities_have_schemas_and_upgrades() {
    let mut client = configured().await;
    let schemas = client
        .get_resource_identity_schemas(wire::get_resource_identity_schemas::Request {})
        .await
        .unwrap()
        .into_inner();
    let schema = &schemas.identity_schemas["test_thing"];
    assert_eq!(schema.version, 1);
    assert!(schema.identity_attributes[0].required_for_import);
    assert!(schema.identity_attributes[1].optional_for_import);
    let request = upgrade_resource_identity::Request {
        type_name: "test_thing".to_owned(),
        version: 0,
        raw_identity: Some(wire::RawState {
            json: br#"{"id":"1"}"#.to_vec(),
            ..wire::RawState::default()
        }),
    };
    let upgraded = client
        .upgrade_resource_identity(request)
        .await
        .unwrap()
        .into_inner();
    let identity = decode(
        upgraded.upgraded_identity.unwrap().identity_data,
        &identity_type(),
    );
    assert_eq!(identity, object([("id", "1".into()), ("realm", NULL)]));
}
