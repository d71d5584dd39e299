//! A resource of any type: the schema and the calls make the difference.

use async_trait::async_trait;
use tfplugin::{
    Call, Configured, Create, Delete, Diagnostics, Dynamic, Object, Plan, Read, Resource, Schema,
    State, Update, Value,
};

use crate::aws::{Aws, Failure};
use crate::kind::Kind;

/// Resources of one type.
pub(crate) struct AwsResource {
    kind: &'static Kind,
    schema: Schema,
    aws: Configured<Aws>,
}

impl AwsResource {
    pub(crate) fn new(kind: &'static Kind, schema: Schema, aws: Configured<Aws>) -> Self {
        Self { kind, schema, aws }
    }

    fn has(&self, attribute: &str) -> bool {
        self.schema.block().attributes().contains_key(attribute)
    }
}

#[async_trait]
impl Resource for AwsResource {
    type Model = Dynamic;

    fn schema(&self) -> Schema {
        self.schema.clone()
    }

    /// Where the object is and which tags it has is known before it is made.
    async fn plan(&self, _: &Call, plan: &mut Plan<Dynamic>) -> Result<(), Diagnostics> {
        let Ok(aws) = self.aws.get() else {
            return Ok(());
        };
        let planned = &mut plan.planned.0;
        if self.has("region") && planned.get("region") == Some(&Value::Unknown) {
            planned.insert("region".to_owned(), aws.region.as_str().into());
        }
        if self.has("tags_all") {
            planned.insert(
                "tags_all".to_owned(),
                all_tags(&aws.default_tags, planned.get("tags")),
            );
        }
        Ok(())
    }

    async fn create(&self, _: &Call, new: Create<Dynamic>) -> Result<State<Dynamic>, Diagnostics> {
        let aws = self.aws.get()?;
        let decided = self.kind.calls.create(&aws, &new.planned.0).await?;
        Ok(State::new(settled(new.planned.0, decided)))
    }

    async fn read(&self, _: &Call, old: Read<Dynamic>) -> Result<State<Dynamic>, Diagnostics> {
        let aws = self.aws.get()?;
        match self.kind.calls.read(&aws, &old.state.0).await {
            Ok(seen) => Ok(State::new(settled(old.state.0, seen))),
            Err(Failure::NotFound) => Ok(State::gone()),
            Err(failure) => Err(failure.into()),
        }
    }

    async fn update(
        &self,
        _: &Call,
        change: Update<Dynamic>,
    ) -> Result<State<Dynamic>, Diagnostics> {
        let aws = self.aws.get()?;
        let calls = self.kind.calls;
        let decided = calls
            .update(&aws, &change.prior.0, &change.planned.0)
            .await?;
        Ok(State::new(settled(change.planned.0, decided)))
    }

    async fn delete(&self, _: &Call, old: Delete<Dynamic>) -> Result<State<Dynamic>, Diagnostics> {
        let aws = self.aws.get()?;
        match self.kind.calls.delete(&aws, &old.prior.0).await {
            Ok(()) | Err(Failure::NotFound) => Ok(State::gone()),
            Err(failure) => Err(failure.into()),
        }
    }
}

/// The tags of the provider under those of the resource; unknown as long as one of them is.
fn all_tags(defaults: &Object, own: Option<&Value>) -> Value {
    let mut all = defaults.clone();
    match own {
        Some(Value::Unknown) => return Value::Unknown,
        Some(Value::Map(own)) => all.extend(own.clone()),
        _ => {}
    }
    Value::Map(all)
}

/// The object with what was decided; what nobody decided is null.
fn settled(mut object: Object, decided: Object) -> Dynamic {
    object.extend(decided);
    object.values_mut().for_each(forget_unknown);
    Dynamic(object)
}

fn forget_unknown(value: &mut Value) {
    match value {
        Value::Unknown => *value = Value::Null,
        Value::List(items) | Value::Set(items) => items.iter_mut().for_each(forget_unknown),
        Value::Map(items) | Value::Object(items) => items.values_mut().for_each(forget_unknown),
        _ => {}
    }
}
