use std::time::SystemTime;

use async_trait::async_trait;

use super::{Erased, model};
use crate::call::Call;
use crate::diagnostic::Diagnostics;
use crate::ephemeral::{EphemeralResource, Renewed};
use crate::model::Model;
use crate::private::Private;
use crate::schema::Schema;
use crate::value::Value;

/// An open ephemeral value.
pub(crate) struct EphemeralOpened {
    pub(crate) value: Value,
    pub(crate) renew_at: Option<SystemTime>,
    pub(crate) private: Private,
    pub(crate) diagnostics: Diagnostics,
}

#[async_trait]
pub(crate) trait AnyEphemeral: Send + Sync {
    fn schema(&self) -> Schema;
    async fn validate(&self, call: &Call, config: Value) -> Diagnostics;
    async fn open(&self, call: &Call, config: Value) -> Result<EphemeralOpened, Diagnostics>;
    async fn renew(&self, call: &Call, private: Private) -> Result<Renewed, Diagnostics>;
    async fn close(&self, call: &Call, private: Private) -> Result<Diagnostics, Diagnostics>;
}

#[async_trait]
impl<E: EphemeralResource> AnyEphemeral for Erased<E> {
    fn schema(&self) -> Schema {
        self.0.schema()
    }

    async fn validate(&self, call: &Call, config: Value) -> Diagnostics {
        match model(config) {
            Ok(config) => self.0.validate(call, config).await,
            Err(diagnostics) => diagnostics,
        }
    }

    async fn open(&self, call: &Call, config: Value) -> Result<EphemeralOpened, Diagnostics> {
        let opened = self.0.open(call, model(config)?).await?;
        Ok(EphemeralOpened {
            value: Value::Object(opened.model.into_object()),
            renew_at: opened.renew_at,
            private: opened.private,
            diagnostics: opened.diagnostics,
        })
    }

    async fn renew(&self, call: &Call, private: Private) -> Result<Renewed, Diagnostics> {
        self.0.renew(call, private).await
    }

    async fn close(&self, call: &Call, private: Private) -> Result<Diagnostics, Diagnostics> {
        self.0.close(call, private).await
    }
}
