//! The protocol from the outside: a client in the same process, every RPC.

mod fixture;
mod life;
mod lookups;
mod plans;

use tonic::Code;

use super::Server;
use crate::value::{Type, Value, msgpack};
use crate::wire::tfplugin6 as wire;
use fixture::{TestProvider, value_type};
use wire::provider_client::ProviderClient;

type Client = ProviderClient<wire::provider_server::ProviderServer<Server>>;

fn client() -> Client {
    let server = Server::new(TestProvider, true);
    ProviderClient::new(wire::provider_server::ProviderServer::new(server))
}

/// A client of a provider that has been configured.
async fn configured() -> Client {
    let mut client = client();
    let config = crate::testing::object([("endpoint", "test".into())]);
    let ty = Type::object([("endpoint", Type::String)]);
    let request = wire::configure_provider::Request {
        terraform_version: "1.11.4".to_owned(),
        config: Some(encode(&config, &ty)),
        client_capabilities: None,
    };
    let response = client
        .configure_provider(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(texts(&response.diagnostics), [""; 0]);
    client
}

fn encode(value: &Value, ty: &Type) -> wire::DynamicValue {
    wire::DynamicValue {
        msgpack: msgpack::encode(value, ty).unwrap(),
        json: Vec::new(),
    }
}

fn decode(value: Option<wire::DynamicValue>, ty: &Type) -> Value {
    msgpack::decode(&value.unwrap().msgpack, ty).unwrap()
}

/// A wire value of the test resource.
fn thing(value: &Value) -> Option<wire::DynamicValue> {
    Some(encode(value, &value_type()))
}

/// A value of the test resource from the wire.
fn of_thing(value: Option<wire::DynamicValue>) -> Value {
    decode(value, &value_type())
}

fn texts(diagnostics: &[wire::Diagnostic]) -> Vec<String> {
    diagnostics
        .iter()
        .map(|found| format!("{}: {}", found.summary, found.detail))
        .collect()
}

#[tokio::test]
async fn the_schema_names_everything() {
    let request = wire::get_provider_schema::Request {};
    let schema = client()
        .get_provider_schema(request)
        .await
        .unwrap()
        .into_inner();
    assert_eq!(texts(&schema.diagnostics), [""; 0]);
    assert!(schema.provider.is_some());
    assert_eq!(
        schema.resource_schemas.keys().collect::<Vec<_>>(),
        ["test_thing"]
    );
    assert_eq!(schema.resource_schemas["test_thing"].version, 2);
    assert_eq!(
        schema.data_source_schemas.keys().collect::<Vec<_>>(),
        ["test_thing"]
    );
    assert_eq!(
        schema.ephemeral_resource_schemas.keys().collect::<Vec<_>>(),
        ["test_token"]
    );
    assert_eq!(schema.functions.keys().collect::<Vec<_>>(), ["join"]);
    let capabilities = schema.server_capabilities.unwrap();
    assert!(capabilities.plan_destroy && capabilities.get_provider_schema_optional);
    assert!(capabilities.move_resource_state && !capabilities.generate_resource_config);
}

#[tokio::test]
async fn the_metadata_names_everything_too() {
    let request = wire::get_metadata::Request {};
    let metadata = client().get_metadata(request).await.unwrap().into_inner();
    assert_eq!(metadata.resources[0].type_name, "test_thing");
    assert_eq!(metadata.ephemeral_resources[0].type_name, "test_token");
    assert_eq!(metadata.functions[0].name, "join");
}

#[tokio::test]
async fn what_is_not_supported_is_answered_unimplemented() {
    let mut client = client();
    let list = client
        .list_resource(wire::list_resource::Request::default())
        .await;
    assert_eq!(list.unwrap_err().code(), Code::Unimplemented);
    let action = client
        .invoke_action(wire::invoke_action::Request::default())
        .await;
    assert_eq!(action.unwrap_err().code(), Code::Unimplemented);
    let generated = client
        .generate_resource_config(wire::generate_resource_config::Request::default())
        .await;
    assert_eq!(generated.unwrap_err().code(), Code::Unimplemented);
}

#[tokio::test]
async fn an_unknown_type_is_an_error_that_names_it() {
    let request = wire::read_resource::Request {
        type_name: "test_other".to_owned(),
        ..wire::read_resource::Request::default()
    };
    let response = client().read_resource(request).await.unwrap().into_inner();
    let expected = "Unknown type: This provider serves no resource named \"test_other\".";
    assert_eq!(texts(&response.diagnostics), [expected]);
}
