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
        if let Some(prior) = &plan.prior {
            keep_undecided(planned, &prior.0, &plan.config.0);
        }
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

/// What AWS did not decide when the object was made, it does not decide later.
fn keep_undecided(planned: &mut Object, prior: &Object, config: &Object) {
    let is_null = |object: &Object, name: &str| object.get(name).is_none_or(Value::is_null);
    for (name, value) in planned {
        if value.is_unknown() && is_null(prior, name) && is_null(config, name) {
            *value = Value::Null;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tags_of_a_resource_win_over_those_of_the_provider() {
        let map = |tags: &[(&str, &str)]| -> Object {
            tags.iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).into()))
                .collect()
        };
        let defaults = map(&[("team", "x"), ("stage", "test")]);
        let own = Value::Map(map(&[("team", "y")]));
        let expected = map(&[("team", "y"), ("stage", "test")]);
        assert_eq!(all_tags(&defaults, Some(&own)), Value::Map(expected));
        assert_eq!(all_tags(&defaults, Some(&Value::Unknown)), Value::Unknown);
        assert_eq!(all_tags(&defaults, None), Value::Map(defaults.clone()));
    }

    #[test]
    fn what_was_never_decided_stays_null_in_a_change() {
        let object = |a: Value, b: Value, c: Value| {
            Object::from([
                ("a".to_owned(), a),
                ("b".to_owned(), b),
                ("c".to_owned(), c),
            ])
        };
        let prior = object(Value::Null, Value::Null, "old".into());
        let config = object(Value::Null, Value::Unknown, Value::Null);
        let mut planned = object(Value::Unknown, Value::Unknown, Value::Unknown);
        keep_undecided(&mut planned, &prior, &config);
        assert_eq!(planned, object(Value::Null, Value::Unknown, Value::Unknown));
    }

    #[test]
    fn nothing_unknown_is_left_after_an_apply() {
        let inner = Value::List(vec![Value::Unknown, "x".into()]);
        let object = Object::from([("a".to_owned(), inner), ("b".to_owned(), Value::Unknown)]);
        let decided = Object::from([("b".to_owned(), "given".into())]);
        let settled = settled(object, decided);
        assert_eq!(settled.0["a"], Value::List(vec![Value::Null, "x".into()]));
        assert_eq!(settled.0["b"], Value::from("given"));
    }
}
