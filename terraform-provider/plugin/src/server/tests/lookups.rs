use super::{client, configured, decode, encode, texts};
use crate::testing::object;
use crate::value::{Type, Value};
use crate::wire::tfplugin6 as wire;
use wire::{call_function, configure_provider, read_data_source, validate_provider_config};

const NULL: Value = Value::Null;

fn settings(endpoint: impl Into<Value>) -> Option<wire::DynamicValue> {
    let ty = Type::object([("endpoint", Type::String)]);
    Some(encode(&object([("endpoint", endpoint.into())]), &ty))
}

#[tokio::test]
async fn a_provider_takes_unknown_settings_and_refuses_wrong_ones() {
    let mut client = client();
    for endpoint in [Value::Unknown, NULL, "x".into()] {
        let request = validate_provider_config::Request {
            config: settings(endpoint.clone()),
        };
        let response = client
            .validate_provider_config(request)
            .await
            .unwrap()
            .into_inner();
        assert_eq!(texts(&response.diagnostics), [""; 0]);
        let config = settings(endpoint);
        let request = configure_provider::Request {
            config,
            ..Default::default()
        };
        let response = client
            .configure_provider(request)
            .await
            .unwrap()
            .into_inner();
        assert_eq!(texts(&response.diagnostics), [""; 0]);
    }
    let request = configure_provider::Request {
        config: settings("down"),
        ..Default::default()
    };
    let response = client
        .configure_provider(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(texts(&response.diagnostics), ["down: It is down."]);
}

#[tokio::test]
async fn json_is_taken_where_messagepack_is_not_sent() {
    let json = wire::DynamicValue {
        msgpack: Vec::new(),
        json: br#"{"endpoint":"down"}"#.to_vec(),
    };
    let request = configure_provider::Request {
        config: Some(json),
        ..Default::default()
    };
    let response = client()
        .configure_provider(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(texts(&response.diagnostics), ["down: It is down."]);
}

#[tokio::test]
async fn broken_bytes_are_a_message() {
    let broken = wire::DynamicValue {
        msgpack: vec![0x81],
        json: Vec::new(),
    };
    let request = configure_provider::Request {
        config: Some(broken),
        ..Default::default()
    };
    let response = client()
        .configure_provider(request)
        .await
        .unwrap()
        .into_inner();
    assert!(texts(&response.diagnostics)[0].starts_with("A value does not fit its schema"));
}

fn data_type() -> Type {
    Type::object([("name", Type::String), ("size", Type::Number)])
}

async fn read(name: &str, deferral_allowed: bool) -> read_data_source::Response {
    let config = object([("name", name.into()), ("size", NULL)]);
    let request = read_data_source::Request {
        type_name: "test_thing".to_owned(),
        config: Some(encode(&config, &data_type())),
        client_capabilities: Some(wire::ClientCapabilities {
            deferral_allowed,
            ..wire::ClientCapabilities::default()
        }),
        ..read_data_source::Request::default()
    };
    configured()
        .await
        .read_data_source(request)
        .await
        .unwrap()
        .into_inner()
}

#[tokio::test]
async fn a_data_source_reads() {
    let response = read("a", false).await;
    let expected = object([("name", "a".into()), ("size", 3.into())]);
    assert_eq!(decode(response.state, &data_type()), expected);
    assert_eq!(
        texts(&read("none", false).await.diagnostics),
        ["no such thing: "]
    );
    assert_eq!(read("defer", true).await.deferred.unwrap().reason, 3);
    assert!(texts(&read("defer", false).await.diagnostics)[0].contains("put off"));
    let found = texts(&read("unknown", false).await.diagnostics);
    assert!(found[0].contains("still unknown"), "{found:?}");
}

#[tokio::test]
async fn an_ephemeral_resource_opens_renews_and_closes() {
    let ty = Type::object([("scope", Type::String), ("token", Type::String)]);
    let type_name = "test_token".to_owned();
    let mut client = configured().await;
    let config = Some(encode(
        &object([("scope", "s".into()), ("token", NULL)]),
        &ty,
    ));
    let request = wire::validate_ephemeral_resource_config::Request {
        type_name: type_name.clone(),
        config: config.clone(),
    };
    let valid = client
        .validate_ephemeral_resource_config(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(valid.diagnostics, []);
    let request = wire::open_ephemeral_resource::Request {
        type_name: type_name.clone(),
        config,
        client_capabilities: None,
    };
    let opened = client
        .open_ephemeral_resource(request)
        .await
        .unwrap()
        .into_inner();
    let expected = object([("scope", "s".into()), ("token", "t0".into())]);
    assert_eq!(decode(opened.result, &ty), expected);
    assert_eq!(opened.renew_at.unwrap().seconds, 100);
    let request = wire::renew_ephemeral_resource::Request {
        type_name: type_name.clone(),
        private: opened.private,
    };
    let renewed = client
        .renew_ephemeral_resource(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(renewed.renew_at, None);
    let request = wire::close_ephemeral_resource::Request {
        type_name,
        private: renewed.private,
    };
    let closed = client
        .close_ephemeral_resource(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(closed.diagnostics, []);
}

async fn join(arguments: &[&str]) -> call_function::Response {
    let arguments = arguments
        .iter()
        .map(|text| encode(&(*text).into(), &Type::String));
    let request = call_function::Request {
        name: "join".to_owned(),
        arguments: arguments.collect(),
    };
    client().call_function(request).await.unwrap().into_inner()
}

#[tokio::test]
async fn a_function_takes_its_arguments_or_says_which_is_wrong() {
    let response = join(&["-", "a", "b"]).await;
    assert_eq!(decode(response.result, &Type::String), "a-b".into());
    let error = join(&["", "a"]).await.error.unwrap();
    assert_eq!(
        (error.text.as_str(), error.function_argument),
        ("The separator is empty.", Some(0))
    );
    let error = join(&[]).await.error.unwrap();
    assert!(
        error.text.starts_with("Wrong number of arguments"),
        "{}",
        error.text
    );
    let request = call_function::Request {
        name: "other".to_owned(),
        arguments: Vec::new(),
    };
    let response = client().call_function(request).await.unwrap().into_inner();
    assert!(
        response
            .error
            .unwrap()
            .text
            .contains("no function \"other\"")
    );
    let list = client()
        .get_functions(wire::get_functions::Request {})
        .await
        .unwrap()
        .into_inner();
    assert_eq!(list.functions["join"].parameters[0].name, "separator");
}
