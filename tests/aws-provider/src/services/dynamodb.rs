//! DynamoDB: tables.

use async_trait::async_trait;
use serde_json::{Value as Json, json};
use tfplugin::{Object, Value};

use crate::aws::{Aws, Failure};
use crate::json::{Attributes, texts};
use crate::kind::{Calls, Kind};

pub(super) const KINDS: &[Kind] = &[Kind {
    name: "aws_dynamodb_table",
    replaced_by: &["name", "hash_key", "range_key"],
    calls: &Table,
}];

async fn call(aws: &Aws, operation: &str, body: &Json) -> Result<Json, Failure> {
    let target = format!("DynamoDB_20120810.{operation}");
    aws.target("dynamodb", &target, body).await
}

struct Table;

fn definition(table: &Object) -> Json {
    let attributes = table.blocks("attribute").map(|attribute| {
        json!({ "AttributeName": attribute.text("name"), "AttributeType": attribute.text("type") })
    });
    let keys = [("hash_key", "HASH"), ("range_key", "RANGE")];
    let keys = keys
        .iter()
        .filter(|(attribute, _)| !table.text(attribute).is_empty());
    let keys = keys.map(
        |(attribute, kind)| json!({ "AttributeName": table.text(attribute), "KeyType": kind }),
    );
    let tags = table.get("tags_all").and_then(|tags| match tags {
        Value::Map(tags) => Some(tags),
        _ => None,
    });
    let tags = tags
        .into_iter()
        .flatten()
        .map(|(key, value)| json!({ "Key": key, "Value": value.as_str() }));
    let mut definition = json!({
        "TableName": table.text("name"),
        "BillingMode": table.text("billing_mode"),
        "AttributeDefinitions": attributes.collect::<Json>(),
        "KeySchema": keys.collect::<Json>(),
        "DeletionProtectionEnabled": table.is_true("deletion_protection_enabled"),
        "Tags": tags.collect::<Json>(),
    });
    if let Some(encryption) = table.block("server_side_encryption") {
        let mut members =
            encryption.members(&[("enabled", "Enabled"), ("kms_key_arn", "KMSMasterKeyId")]);
        members.insert("SSEType".to_owned(), json!("KMS"));
        definition["SSESpecification"] = Json::Object(members);
    }
    definition
}

/// What is set by calls of its own.
async fn settings(aws: &Aws, table: &Object) -> Result<(), Failure> {
    let name = table.text("name");
    if let Some(ttl) = table.block("ttl") {
        let specification =
            ttl.members(&[("attribute_name", "AttributeName"), ("enabled", "Enabled")]);
        let body = json!({ "TableName": name, "TimeToLiveSpecification": specification });
        call(aws, "UpdateTimeToLive", &body).await?;
    }
    if let Some(recovery) = table.block("point_in_time_recovery") {
        let specification = json!({ "PointInTimeRecoveryEnabled": recovery.is_true("enabled") });
        let body = json!({ "TableName": name, "PointInTimeRecoverySpecification": specification });
        call(aws, "UpdateContinuousBackups", &body).await?;
    }
    Ok(())
}

#[async_trait]
impl Calls for Table {
    async fn create(&self, aws: &Aws, wanted: &Object) -> Result<Object, Failure> {
        let answer = call(aws, "CreateTable", &definition(wanted)).await?;
        settings(aws, wanted).await?;
        let arn = crate::json::text_at(&answer, "/TableDescription/TableArn");
        let mut decided = texts([("arn", arn), ("id", wanted.text("name"))]);
        for capacity in ["read_capacity", "write_capacity"] {
            decided.insert(capacity.to_owned(), 0.into());
        }
        Ok(decided)
    }

    async fn read(&self, aws: &Aws, state: &Object) -> Result<Object, Failure> {
        let body = json!({ "TableName": state.text("id") });
        let answer = call(aws, "DescribeTable", &body).await?;
        let protected = &answer["Table"]["DeletionProtectionEnabled"];
        let protected = protected.as_bool().unwrap_or_default();
        let is_known = matches!(
            state.get("deletion_protection_enabled"),
            Some(Value::Bool(_))
        );
        let seen = is_known.then(|| ("deletion_protection_enabled".to_owned(), protected.into()));
        Ok(seen.into_iter().collect())
    }

    async fn update(&self, aws: &Aws, _prior: &Object, wanted: &Object) -> Result<Object, Failure> {
        let body = json!({
            "TableName": wanted.text("id"),
            "DeletionProtectionEnabled": wanted.is_true("deletion_protection_enabled"),
        });
        call(aws, "UpdateTable", &body).await?;
        settings(aws, wanted).await?;
        Ok(Object::new())
    }

    async fn delete(&self, aws: &Aws, state: &Object) -> Result<(), Failure> {
        let body = json!({ "TableName": state.text("id") });
        call(aws, "DeleteTable", &body).await.map(drop)
    }
}
