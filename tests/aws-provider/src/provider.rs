//! The provider: its configuration and its types.

use async_trait::async_trait;
use tfplugin::{
    Call, Configured, Diagnostic, Diagnostics, Dynamic, Object, Provider, Registry, Schema, Value,
};

use crate::aws::Aws;
use crate::data_source::{AwsData, Subject};
use crate::json::Attributes;
use crate::resource::AwsResource;
use crate::schema::Extract;
use crate::services;

/// The region of a configuration that names none, and whose environment names none.
const DEFAULT_REGION: &str = "us-east-1";

/// The stand-in for hashicorp/aws.
#[derive(Default)]
pub struct AwsProvider {
    aws: Configured<Aws>,
}

impl AwsProvider {
    /// The address that configurations name.
    pub const ADDRESS: &'static str = "registry.terraform.io/hashicorp/aws";

    /// The version whose schema is served.
    pub const VERSION: &'static str = "6.66.0";
}

#[async_trait]
impl Provider for AwsProvider {
    type Config = Dynamic;

    fn schema(&self) -> Schema {
        Extract::read()
            .map(|extract| extract.configuration())
            .unwrap_or_default()
    }

    fn register(&self, registry: &mut Registry) {
        let extract = match Extract::read() {
            Ok(extract) => extract,
            Err(error) => {
                registry.problem(Diagnostic::error(
                    "The extract of the schema cannot be read",
                    error.to_string(),
                ));
                return;
            }
        };
        for kind in services::kinds() {
            match extract.resource(kind.name, kind.replaced_by) {
                Some(schema) => {
                    registry.resource(kind.name, AwsResource::new(kind, schema, self.aws.clone()))
                }
                None => registry.problem(not_extracted(kind.name)),
            };
        }
        for subject in Subject::ALL {
            match extract.data_source(subject.name()) {
                Some(schema) => registry.data_source(
                    subject.name(),
                    AwsData::new(subject, schema, self.aws.clone()),
                ),
                None => registry.problem(not_extracted(subject.name())),
            };
        }
    }

    async fn configure(&self, _: &Call, config: Dynamic) -> Result<Diagnostics, Diagnostics> {
        let config = config.0;
        if !config.values().all(Value::is_wholly_known) {
            return Ok(Diagnostics::new());
        }
        let mut aws = Aws::from_env(region(&config), default_tags(&config));
        aws.account = services::sts::account(&aws).await?;
        self.aws.set(aws);
        Ok(Diagnostics::new())
    }
}

fn not_extracted(name: &str) -> Diagnostic {
    let detail = format!("{name} is not in schema.json. Add it to extract.mjs and run that.");
    Diagnostic::error("A type has no schema", detail)
}

fn region(config: &Object) -> String {
    let configured = Some(config.text("region").to_owned());
    let named = ["AWS_REGION", "AWS_DEFAULT_REGION"].map(|name| std::env::var(name).ok());
    let mut regions = [configured].into_iter().chain(named).flatten();
    regions
        .find(|region| !region.is_empty())
        .unwrap_or_else(|| DEFAULT_REGION.to_owned())
}

fn default_tags(config: &Object) -> Object {
    let block = config.block("default_tags");
    match block.and_then(|block| block.get("tags")) {
        Some(Value::Map(tags)) => tags.clone(),
        _ => Object::new(),
    }
}
