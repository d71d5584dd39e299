//! EventBridge: rules and what they invoke.

use async_trait::async_trait;
use serde_json::{Value as Json, json};
use tfplugin::Object;

use crate::aws::{Aws, Failure};
use crate::json::{Attributes, seen, text_at, texts};
use crate::kind::{Calls, Kind};

pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "aws_cloudwatch_event_rule",
        replaced_by: &["event_bus_name", "name"],
        calls: &Rule,
    },
    Kind {
        name: "aws_cloudwatch_event_target",
        replaced_by: &["event_bus_name", "rule", "target_id"],
        calls: &Target,
    },
];

async fn call(aws: &Aws, operation: &str, body: &Json) -> Result<Json, Failure> {
    aws.target("events", &format!("AWSEvents.{operation}"), body)
        .await
}

struct Rule;

const MEMBERS: &[(&str, &str)] = &[
    ("description", "Description"),
    ("event_pattern", "EventPattern"),
    ("schedule_expression", "ScheduleExpression"),
    ("state", "State"),
];

#[async_trait]
impl Calls for Rule {
    async fn create(&self, aws: &Aws, wanted: &Object) -> Result<Object, Failure> {
        let mut body = wanted.members(MEMBERS);
        body.extend(wanted.members(&[("name", "Name")]));
        let answer = call(aws, "PutRule", &Json::Object(body)).await?;
        Ok(texts([
            ("arn", text_at(&answer, "/RuleArn")),
            ("id", wanted.text("name")),
            ("name_prefix", ""),
        ]))
    }

    async fn read(&self, aws: &Aws, state: &Object) -> Result<Object, Failure> {
        let answer = call(aws, "DescribeRule", &json!({ "Name": state.text("id") })).await?;
        Ok(seen(state, &answer, MEMBERS))
    }

    async fn update(&self, aws: &Aws, _prior: &Object, wanted: &Object) -> Result<Object, Failure> {
        self.create(aws, wanted).await?;
        Ok(Object::new())
    }

    async fn delete(&self, aws: &Aws, state: &Object) -> Result<(), Failure> {
        let body = json!({ "Name": state.text("id") });
        call(aws, "DeleteRule", &body).await.map(drop)
    }
}

struct Target;

fn target_id(target: &Object) -> String {
    match target.text("target_id") {
        "" => format!("terraform-{}", target.text("rule")),
        given => given.to_owned(),
    }
}

#[async_trait]
impl Calls for Target {
    async fn create(&self, aws: &Aws, wanted: &Object) -> Result<Object, Failure> {
        let (rule, id) = (wanted.text("rule"), target_id(wanted));
        let mut target = wanted.members(&[("arn", "Arn"), ("input", "Input")]);
        target.insert("Id".to_owned(), json!(id));
        let body = json!({ "Rule": rule, "Targets": [target] });
        call(aws, "PutTargets", &body).await?;
        Ok(texts([("id", &format!("{rule}-{id}")), ("target_id", &id)]))
    }

    async fn read(&self, aws: &Aws, state: &Object) -> Result<Object, Failure> {
        let body = json!({ "Rule": state.text("rule") });
        let answer = call(aws, "ListTargetsByRule", &body).await?;
        let targets = answer["Targets"].as_array();
        let id = state.text("target_id");
        let found = targets.and_then(|all| all.iter().find(|one| text_at(one, "/Id") == id));
        let found = found.ok_or(Failure::NotFound)?;
        Ok(seen(state, found, &[("arn", "Arn"), ("input", "Input")]))
    }

    async fn update(&self, aws: &Aws, _prior: &Object, wanted: &Object) -> Result<Object, Failure> {
        self.create(aws, wanted).await?;
        Ok(Object::new())
    }

    async fn delete(&self, aws: &Aws, state: &Object) -> Result<(), Failure> {
        let body = json!({ "Rule": state.text("rule"), "Ids": [state.text("target_id")] });
        call(aws, "RemoveTargets", &body).await.map(drop)
    }
}
