use async_trait::async_trait;

use super::{Erased, model};
use crate::call::{Call, Deferral};
use crate::data_source::DataSource;
use crate::diagnostic::Diagnostics;
use crate::model::Model;
use crate::schema::Schema;
use crate::value::Value;

/// What a data source found.
pub(crate) struct DataRead {
    pub(crate) value: Value,
    pub(crate) diagnostics: Diagnostics,
    pub(crate) deferral: Option<Deferral>,
}

#[async_trait]
pub(crate) trait AnyDataSource: Send + Sync {
    fn schema(&self) -> Schema;
    async fn validate(&self, call: &Call, config: Value) -> Diagnostics;
    async fn read(&self, call: &Call, config: Value) -> Result<DataRead, Diagnostics>;
}

#[async_trait]
impl<D: DataSource> AnyDataSource for Erased<D> {
    fn schema(&self) -> Schema {
        self.0.schema()
    }

    async fn validate(&self, call: &Call, config: Value) -> Diagnostics {
        match model(config) {
            Ok(config) => self.0.validate(call, config).await,
            Err(diagnostics) => diagnostics,
        }
    }

    async fn read(&self, call: &Call, config: Value) -> Result<DataRead, Diagnostics> {
        let found = self.0.read(call, model(config)?).await?;
        Ok(DataRead {
            value: Value::Object(found.model.into_object()),
            diagnostics: found.diagnostics,
            deferral: found.deferral,
        })
    }
}
