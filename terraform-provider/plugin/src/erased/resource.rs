use async_trait::async_trait;

use super::{Erased, model};
use crate::call::{Call, Deferral};
use crate::diagnostic::Diagnostics;
use crate::model::{self as models, Model};
use crate::private::Private;
use crate::resource::{
    Create, Delete, Import, JsonObject, Move, Plan, Read, Resource, State, Update,
};
use crate::schema::{IdentitySchema, Schema};
use crate::value::{Object, Path, Value};

/// What a plan starts from; `planned` is the standard plan.
pub(crate) struct PlanInput {
    pub(crate) prior: Value,
    pub(crate) config: Value,
    pub(crate) planned: Value,
    pub(crate) private: Private,
}

/// What a plan became.
pub(crate) struct Planned {
    pub(crate) planned: Value,
    pub(crate) requires_replace: Vec<Path>,
    pub(crate) private: Private,
    pub(crate) diagnostics: Diagnostics,
    pub(crate) deferral: Option<Deferral>,
}

/// What exists after an operation.
pub(crate) struct Applied {
    pub(crate) state: Value,
    pub(crate) private: Option<Private>,
    pub(crate) identity: Object,
    pub(crate) diagnostics: Diagnostics,
}

impl<M: Model> From<State<M>> for Applied {
    fn from(state: State<M>) -> Self {
        Self {
            state: state
                .model
                .map_or(Value::Null, |model| Value::Object(model.into_object())),
            private: state.private,
            identity: state.identity,
            diagnostics: state.diagnostics,
        }
    }
}

#[async_trait]
pub(crate) trait AnyResource: Send + Sync {
    fn schema(&self) -> Schema;
    fn identity(&self) -> Option<IdentitySchema>;
    fn accepts_moves(&self) -> bool;
    async fn validate(&self, call: &Call, config: Value) -> Diagnostics;
    async fn plan(&self, call: &Call, input: PlanInput) -> Result<Planned, Diagnostics>;
    async fn plan_destroy(&self, call: &Call, prior: Value) -> Diagnostics;
    async fn create(
        &self,
        call: &Call,
        config: Value,
        planned: Value,
        private: Private,
    ) -> Result<Applied, Diagnostics>;
    async fn read(
        &self,
        call: &Call,
        state: Value,
        private: Private,
    ) -> Result<Applied, Diagnostics>;
    async fn update(&self, call: &Call, input: PlanInput) -> Result<Applied, Diagnostics>;
    async fn delete(
        &self,
        call: &Call,
        prior: Value,
        private: Private,
    ) -> Result<Applied, Diagnostics>;
    async fn import(&self, call: &Call, request: Import) -> Result<Applied, Diagnostics>;
    async fn upgrade(
        &self,
        call: &Call,
        from_version: i64,
        state: JsonObject,
    ) -> Result<JsonObject, Diagnostics>;
    async fn move_from(&self, call: &Call, request: Move) -> Result<Applied, Diagnostics>;
}

#[async_trait]
impl<R: Resource> AnyResource for Erased<R> {
    fn schema(&self) -> Schema {
        self.0.schema()
    }

    fn identity(&self) -> Option<IdentitySchema> {
        self.0.identity()
    }

    fn accepts_moves(&self) -> bool {
        self.0.accepts_moves()
    }

    async fn validate(&self, call: &Call, config: Value) -> Diagnostics {
        match model(config) {
            Ok(config) => self.0.validate(call, config).await,
            Err(diagnostics) => diagnostics,
        }
    }

    async fn plan(&self, call: &Call, input: PlanInput) -> Result<Planned, Diagnostics> {
        let planned: R::Model = model(input.planned.clone())?;
        let before = planned.clone().into_object();
        let mut plan = Plan {
            prior: models::read(input.prior)?,
            config: model(input.config)?,
            planned,
            private: input.private,
            requires_replace: Vec::new(),
            diagnostics: Diagnostics::new(),
            deferral: None,
        };
        self.0.plan(call, &mut plan).await?;
        Ok(Planned {
            planned: merge(input.planned, &before, plan.planned.into_object()),
            requires_replace: plan.requires_replace,
            private: plan.private,
            diagnostics: plan.diagnostics,
            deferral: plan.deferral,
        })
    }

    async fn plan_destroy(&self, call: &Call, prior: Value) -> Diagnostics {
        match model(prior) {
            Ok(prior) => self.0.plan_destroy(call, prior).await,
            Err(diagnostics) => diagnostics,
        }
    }

    async fn create(
        &self,
        call: &Call,
        config: Value,
        planned: Value,
        private: Private,
    ) -> Result<Applied, Diagnostics> {
        let request = Create {
            config: model(config)?,
            planned: model(planned)?,
            private,
        };
        self.0.create(call, request).await.map(Applied::from)
    }

    async fn read(
        &self,
        call: &Call,
        state: Value,
        private: Private,
    ) -> Result<Applied, Diagnostics> {
        let request = Read {
            state: model(state)?,
            private,
        };
        self.0.read(call, request).await.map(Applied::from)
    }

    async fn update(&self, call: &Call, input: PlanInput) -> Result<Applied, Diagnostics> {
        let request = Update {
            prior: model(input.prior)?,
            config: model(input.config)?,
            planned: model(input.planned)?,
            private: input.private,
        };
        self.0.update(call, request).await.map(Applied::from)
    }

    async fn delete(
        &self,
        call: &Call,
        prior: Value,
        private: Private,
    ) -> Result<Applied, Diagnostics> {
        let request = Delete {
            prior: model(prior)?,
            private,
        };
        self.0.delete(call, request).await.map(Applied::from)
    }

    async fn import(&self, call: &Call, request: Import) -> Result<Applied, Diagnostics> {
        self.0.import(call, request).await.map(Applied::from)
    }

    async fn upgrade(
        &self,
        call: &Call,
        from_version: i64,
        state: JsonObject,
    ) -> Result<JsonObject, Diagnostics> {
        self.0.upgrade(call, from_version, state).await
    }

    async fn move_from(&self, call: &Call, request: Move) -> Result<Applied, Diagnostics> {
        self.0.move_from(call, request).await.map(Applied::from)
    }
}

/// Carries over the attributes that the resource changed, and only those: a model may show less
/// than the value it was read from.
fn merge(planned: Value, before: &Object, after: Object) -> Value {
    let Value::Object(mut planned) = planned else {
        return planned;
    };
    for (name, value) in after {
        if before.get(&name) != Some(&value) {
            planned.insert(name, value);
        }
    }
    Value::Object(planned)
}
