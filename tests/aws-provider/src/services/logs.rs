//! CloudWatch Logs: log groups.

use async_trait::async_trait;
use serde_json::{Value as Json, json};
use tfplugin::{Object, Value};

use crate::aws::{Aws, Failure};
use crate::json::{Attributes, seen, text_at, texts};
use crate::kind::{Calls, Kind};

pub(super) const KINDS: &[Kind] = &[Kind {
    name: "aws_cloudwatch_log_group",
    replaced_by: &["name", "name_prefix", "log_group_class"],
    calls: &LogGroup,
}];

async fn call(aws: &Aws, operation: &str, body: &Json) -> Result<Json, Failure> {
    aws.target("logs", &format!("Logs_20140328.{operation}"), body)
        .await
}

struct LogGroup;

async fn keep(aws: &Aws, group: &Object) -> Result<(), Failure> {
    let name = group.text("name");
    let mut body = group.members(&[("retention_in_days", "retentionInDays")]);
    let operation = match body.get("retentionInDays").and_then(Json::as_i64) {
        Some(0) | None => {
            body.remove("retentionInDays");
            "DeleteRetentionPolicy"
        }
        Some(_) => "PutRetentionPolicy",
    };
    body.insert("logGroupName".to_owned(), json!(name));
    call(aws, operation, &Json::Object(body)).await.map(drop)
}

#[async_trait]
impl Calls for LogGroup {
    async fn create(&self, aws: &Aws, wanted: &Object) -> Result<Object, Failure> {
        let body = wanted.members(&[
            ("name", "logGroupName"),
            ("kms_key_id", "kmsKeyId"),
            ("tags_all", "tags"),
        ]);
        call(aws, "CreateLogGroup", &Json::Object(body)).await?;
        keep(aws, wanted).await?;
        let name = wanted.text("name");
        let arn = format!(
            "arn:aws:logs:{}:{}:log-group:{name}",
            aws.region, aws.account
        );
        let mut decided = texts([("arn", &arn), ("id", name), ("log_group_class", "STANDARD")]);
        decided.retain(|attribute, _| !matches!(wanted.get(attribute), Some(Value::String(_))));
        Ok(decided)
    }

    async fn read(&self, aws: &Aws, state: &Object) -> Result<Object, Failure> {
        let name = state.text("id");
        let body = json!({ "logGroupNamePrefix": name });
        let answer = call(aws, "DescribeLogGroups", &body).await?;
        let mut groups = answer["logGroups"].as_array().into_iter().flatten();
        let group = groups.find(|group| text_at(group, "/logGroupName") == name);
        let group = group.ok_or(Failure::NotFound)?;
        Ok(seen(
            state,
            group,
            &[("retention_in_days", "retentionInDays")],
        ))
    }

    async fn update(&self, aws: &Aws, _prior: &Object, wanted: &Object) -> Result<Object, Failure> {
        keep(aws, wanted).await?;
        Ok(Object::new())
    }

    async fn delete(&self, aws: &Aws, state: &Object) -> Result<(), Failure> {
        let body = json!({ "logGroupName": state.text("id") });
        call(aws, "DeleteLogGroup", &body).await.map(drop)
    }
}
