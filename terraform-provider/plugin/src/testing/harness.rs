//! A client of a provider in the same process.

use std::collections::BTreeMap;

use super::proposed::{proposed, whole};
use crate::provider::Provider;
use crate::schema::Schema;
use crate::server::Server;
use crate::value::{Value, json, msgpack};
use crate::wire::tfplugin6 as wire;
use wire::provider_client::ProviderClient;
use wire::provider_server::ProviderServer;

/// What a call came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The state, plan or result; null if there is none.
    pub value: Value,
    /// Errors and warnings, each as `summary: detail`.
    pub messages: Vec<String>,
    /// The names of the attributes that require a replacement.
    pub requires_replace: Vec<String>,
    /// What is kept beside the value, as stored.
    pub private: Vec<u8>,
}

/// A provider in the process of the test, as Terraform would use it.
///
/// Every method panics if the provider does not know the type or sends bytes that cannot be read:
/// such a test has failed.
pub struct Harness {
    client: ProviderClient<ProviderServer<Server>>,
    provider: Schema,
    resources: BTreeMap<String, Schema>,
    data_sources: BTreeMap<String, Schema>,
    ephemerals: BTreeMap<String, Schema>,
}

impl Harness {
    /// A provider that is not configured yet; plans and results are held to Terraform's rules.
    pub fn new(provider: impl Provider) -> Self {
        let server = Server::new(provider, true);
        let [resources, data_sources, ephemerals] = server.schemas();
        Self {
            provider: server.provider_schema(),
            client: ProviderClient::new(ProviderServer::new(server)),
            resources,
            data_sources,
            ephemerals,
        }
    }

    /// Validates the settings and, if they are valid, configures the provider. Settings that are
    /// left out are null.
    pub async fn configure(&mut self, config: &Value) -> Vec<String> {
        let config = encode(&self.provider, &whole(self.provider.block(), config));
        let request = wire::validate_provider_config::Request {
            config: Some(config.clone()),
        };
        let response = self.client.validate_provider_config(request).await;
        let mut found = texts(response.map(|response| response.into_inner().diagnostics));
        if found.is_empty() {
            let request = wire::configure_provider::Request {
                terraform_version: "1.11.4".to_owned(),
                config: Some(config),
                client_capabilities: None,
            };
            let response = self.client.configure_provider(request).await;
            found = texts(response.map(|response| response.into_inner().diagnostics));
        }
        found
    }

    /// Validates the configuration of a resource.
    pub async fn validate(&mut self, type_name: &str, config: &Value) -> Vec<String> {
        let schema = find(&self.resources, type_name);
        let request = wire::validate_resource_config::Request {
            type_name: type_name.to_owned(),
            config: Some(encode(schema, &whole(schema.block(), config))),
            client_capabilities: Some(wire::ClientCapabilities {
                write_only_attributes_allowed: true,
                ..wire::ClientCapabilities::default()
            }),
        };
        let response = self.client.validate_resource_config(request).await;
        texts(response.map(|response| response.into_inner().diagnostics))
    }

    /// Plans a creation (`prior` null), an update or a deletion (`config` null).
    pub async fn plan(&mut self, type_name: &str, prior: &Value, config: &Value) -> Outcome {
        self.plan_with(type_name, prior, config, &[]).await
    }

    /// Plans from a state with something kept beside it.
    pub async fn plan_with(
        &mut self,
        type_name: &str,
        prior: &Value,
        config: &Value,
        prior_private: &[u8],
    ) -> Outcome {
        let schema = find(&self.resources, type_name).clone();
        let config = whole(schema.block(), config);
        let request = wire::plan_resource_change::Request {
            type_name: type_name.to_owned(),
            prior_state: Some(encode(&schema, prior)),
            proposed_new_state: Some(encode(&schema, &proposed(schema.block(), prior, &config))),
            config: Some(encode(&schema, &config)),
            prior_private: prior_private.to_vec(),
            ..wire::plan_resource_change::Request::default()
        };
        let planned = answered(self.client.plan_resource_change(request).await);
        Outcome {
            value: decode(&schema, planned.planned_state),
            messages: texts(Ok(planned.diagnostics)),
            requires_replace: planned
                .requires_replace
                .iter()
                .filter_map(first_name)
                .collect(),
            private: planned.planned_private,
        }
    }

    /// Plans and, without errors, applies a creation, an update or a deletion. A replacement is
    /// two calls: one to null, one from null.
    pub async fn apply(&mut self, type_name: &str, prior: &Value, config: &Value) -> Outcome {
        let planned = self.plan(type_name, prior, config).await;
        if !planned.messages.is_empty() {
            return Outcome {
                value: prior.clone(),
                ..planned
            };
        }
        let schema = find(&self.resources, type_name).clone();
        let request = wire::apply_resource_change::Request {
            type_name: type_name.to_owned(),
            prior_state: Some(encode(&schema, prior)),
            planned_state: Some(encode(&schema, &planned.value)),
            config: Some(encode(&schema, &whole(schema.block(), config))),
            planned_private: planned.private,
            ..wire::apply_resource_change::Request::default()
        };
        let applied = answered(self.client.apply_resource_change(request).await);
        Outcome {
            value: decode(&schema, applied.new_state),
            messages: texts(Ok(applied.diagnostics)),
            requires_replace: planned.requires_replace,
            private: applied.private,
        }
    }

    /// Reads the object behind a state.
    pub async fn read(&mut self, type_name: &str, state: &Value, private: &[u8]) -> Outcome {
        let schema = find(&self.resources, type_name).clone();
        let request = wire::read_resource::Request {
            type_name: type_name.to_owned(),
            current_state: Some(encode(&schema, state)),
            private: private.to_vec(),
            ..wire::read_resource::Request::default()
        };
        let read = answered(self.client.read_resource(request).await);
        let messages = texts(Ok(read.diagnostics));
        outcome(decode(&schema, read.new_state), messages, read.private)
    }

    /// Imports an object by id; what comes back is not yet read.
    pub async fn import(&mut self, type_name: &str, id: &str) -> Outcome {
        let schema = find(&self.resources, type_name).clone();
        let request = wire::import_resource_state::Request {
            type_name: type_name.to_owned(),
            id: id.to_owned(),
            ..wire::import_resource_state::Request::default()
        };
        let imported = answered(self.client.import_resource_state(request).await);
        let messages = texts(Ok(imported.diagnostics));
        let first = imported
            .imported_resources
            .into_iter()
            .next()
            .unwrap_or_default();
        outcome(decode(&schema, first.state), messages, first.private)
    }

    /// Brings a stored state, as JSON, to the current schema.
    pub async fn upgrade(&mut self, type_name: &str, version: i64, state: &str) -> Outcome {
        let schema = find(&self.resources, type_name).clone();
        let request = wire::upgrade_resource_state::Request {
            type_name: type_name.to_owned(),
            version,
            raw_state: Some(wire::RawState {
                json: state.into(),
                ..wire::RawState::default()
            }),
        };
        let upgraded = answered(self.client.upgrade_resource_state(request).await);
        let messages = texts(Ok(upgraded.diagnostics));
        outcome(
            decode(&schema, upgraded.upgraded_state),
            messages,
            Vec::new(),
        )
    }

    /// Reads a data source.
    pub async fn read_data(&mut self, type_name: &str, config: &Value) -> Outcome {
        let schema = find(&self.data_sources, type_name).clone();
        let request = wire::read_data_source::Request {
            type_name: type_name.to_owned(),
            config: Some(encode(&schema, &whole(schema.block(), config))),
            ..wire::read_data_source::Request::default()
        };
        let read = answered(self.client.read_data_source(request).await);
        outcome(
            decode(&schema, read.state),
            texts(Ok(read.diagnostics)),
            Vec::new(),
        )
    }

    /// Opens an ephemeral resource.
    pub async fn open(&mut self, type_name: &str, config: &Value) -> Outcome {
        let schema = find(&self.ephemerals, type_name).clone();
        let request = wire::open_ephemeral_resource::Request {
            type_name: type_name.to_owned(),
            config: Some(encode(&schema, &whole(schema.block(), config))),
            client_capabilities: None,
        };
        let opened = answered(self.client.open_ephemeral_resource(request).await);
        let messages = texts(Ok(opened.diagnostics));
        outcome(
            decode(&schema, opened.result),
            messages,
            opened.private.unwrap_or_default(),
        )
    }

    /// Closes an ephemeral resource.
    pub async fn close(&mut self, type_name: &str, private: &[u8]) -> Vec<String> {
        let request = wire::close_ephemeral_resource::Request {
            type_name: type_name.to_owned(),
            private: Some(private.to_vec()),
        };
        let response = self.client.close_ephemeral_resource(request).await;
        texts(response.map(|response| response.into_inner().diagnostics))
    }

    /// Interrupts the calls under way, as Ctrl-C does.
    pub async fn stop(&mut self) {
        answered(
            self.client
                .stop_provider(wire::stop_provider::Request {})
                .await,
        );
    }

    /// The mistakes in the schemas of everything the provider serves.
    #[must_use]
    pub fn schema_problems(&self) -> Vec<String> {
        let all = [&self.resources, &self.data_sources, &self.ephemerals];
        let all = all.into_iter().flatten().flat_map(|(name, schema)| {
            schema
                .problems()
                .into_iter()
                .map(move |problem| format!("{name}: {problem}"))
        });
        self.provider.problems().into_iter().chain(all).collect()
    }
}

fn outcome(value: Value, messages: Vec<String>, private: Vec<u8>) -> Outcome {
    Outcome {
        value,
        messages,
        requires_replace: Vec::new(),
        private,
    }
}

#[expect(
    clippy::panic,
    reason = "a test that asks for what is not there has failed"
)]
fn find<'a>(schemas: &'a BTreeMap<String, Schema>, type_name: &str) -> &'a Schema {
    schemas
        .get(type_name)
        .unwrap_or_else(|| panic!("the provider serves no {type_name}"))
}

#[expect(
    clippy::panic,
    reason = "a test whose value is not of the type has failed"
)]
fn encode(schema: &Schema, value: &Value) -> wire::DynamicValue {
    match msgpack::encode(value, &schema.value_type()) {
        Ok(msgpack) => wire::DynamicValue {
            msgpack,
            json: Vec::new(),
        },
        Err(error) => panic!("the value does not fit the schema: {error}"),
    }
}

#[expect(
    clippy::panic,
    reason = "a provider whose answer cannot be read has failed the test"
)]
fn decode(schema: &Schema, value: Option<wire::DynamicValue>) -> Value {
    let Some(value) = value else {
        return Value::Null;
    };
    let ty = schema.value_type();
    let decoded = if value.msgpack.is_empty() {
        json::decode(&value.json, &ty)
    } else {
        msgpack::decode(&value.msgpack, &ty)
    };
    decoded.unwrap_or_else(|error| panic!("the answer does not fit the schema: {error}"))
}

#[expect(
    clippy::panic,
    reason = "a provider that does not answer has failed the test"
)]
fn answered<T>(response: Result<tonic::Response<T>, tonic::Status>) -> T {
    match response {
        Ok(response) => response.into_inner(),
        Err(status) => panic!("the provider does not answer: {status}"),
    }
}

fn texts(found: Result<Vec<wire::Diagnostic>, tonic::Status>) -> Vec<String> {
    let found = answered(found.map(tonic::Response::new));
    found
        .into_iter()
        .map(|found| format!("{}: {}", found.summary, found.detail))
        .collect()
}

fn first_name(path: &wire::AttributePath) -> Option<String> {
    use wire::attribute_path::step::Selector;
    match path.steps.first()?.selector.as_ref()? {
        Selector::AttributeName(name) => Some(name.clone()),
        Selector::ElementKeyString(_) | Selector::ElementKeyInt(_) => None,
    }
}
