use async_trait::async_trait;

use super::{Erased, model};
use crate::call::Call;
use crate::diagnostic::Diagnostics;
use crate::provider::{Provider, Registry};
use crate::schema::Schema;
use crate::value::Value;

#[async_trait]
pub(crate) trait AnyProvider: Send + Sync {
    fn schema(&self) -> Schema;
    fn register(&self, registry: &mut Registry);
    async fn validate(&self, call: &Call, config: Value) -> Diagnostics;
    async fn configure(&self, call: &Call, config: Value) -> Result<Diagnostics, Diagnostics>;
}

#[async_trait]
impl<P: Provider> AnyProvider for Erased<P> {
    fn schema(&self) -> Schema {
        self.0.schema()
    }

    fn register(&self, registry: &mut Registry) {
        self.0.register(registry);
    }

    async fn validate(&self, call: &Call, config: Value) -> Diagnostics {
        match model(config) {
            Ok(config) => self.0.validate(call, config).await,
            Err(diagnostics) => diagnostics,
        }
    }

    async fn configure(&self, call: &Call, config: Value) -> Result<Diagnostics, Diagnostics> {
        self.0.configure(call, model(config)?).await
    }
}
