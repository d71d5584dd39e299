//! Data sources: files by id, which tests supply.

use tfplugin::{
    Call, Configured, DataSource, Diagnostic, Diagnostics, Dynamic, Found, Schema, async_trait,
};

use crate::definition::Definition;
use crate::provider::Config;
use crate::schema::{Purpose, schema};
use crate::store::id;

/// A data source of some definition.
pub(crate) struct MockData {
    schema: Schema,
    config: Configured<Config>,
}

impl MockData {
    pub(crate) fn new(definition: &Definition, config: Configured<Config>) -> Self {
        Self {
            schema: schema(definition, Purpose::DataSource),
            config,
        }
    }
}

#[async_trait]
impl DataSource for MockData {
    type Model = Dynamic;

    fn schema(&self) -> Schema {
        self.schema.clone()
    }

    async fn read(&self, _: &Call, wanted: Dynamic) -> Result<Found<Dynamic>, Diagnostics> {
        let config = self.config.get()?;
        let found = config.store.read_data(id(&wanted.0), self.schema.block());
        let object = found
            .map_err(|error| Diagnostic::error("failed to read data source", error.to_string()))?;
        Ok(Found::new(Dynamic(object)))
    }
}
