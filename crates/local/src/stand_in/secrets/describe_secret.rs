//! `DescribeSecret`.

use serde::{Deserialize, Serialize};

use super::call::{Call, seconds};
use super::error::SecretsError;
use super::rows::Tag;
use super::versions::Stages;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Request {
    secret_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Response {
    #[serde(rename = "ARN")]
    arn: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kms_key_id: Option<String>,
    created_date: f64,
    last_changed_date: f64,
    /// The date for which the deletion is scheduled.
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted_date: Option<f64>,
    tags: Vec<Tag>,
    version_ids_to_stages: Stages,
}

pub(super) fn run(call: &Call<'_>, request: Request) -> Result<Response, SecretsError> {
    let secret = call.existing(&request.secret_id)?;
    Ok(Response {
        version_ids_to_stages: call.stages(&secret.arn)?,
        arn: secret.arn,
        name: secret.name,
        description: secret.description,
        kms_key_id: secret.kms_key_id,
        created_date: seconds(secret.created),
        last_changed_date: seconds(secret.changed),
        deleted_date: secret.purge_at.map(seconds),
        tags: secret.tags,
    })
}
