//! `GetSecretValue`.

use serde::{Deserialize, Serialize};

use super::call::{Call, seconds};
use super::error::SecretsError;
use super::rows::Secret;
use super::value::Members;
use super::versions::{CURRENT, no_such_version};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Request {
    secret_id: String,
    version_id: Option<String>,
    version_stage: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Response {
    #[serde(rename = "ARN")]
    arn: String,
    name: String,
    version_id: String,
    version_stages: Vec<String>,
    created_date: f64,
    #[serde(flatten)]
    value: Members,
}

pub(super) fn run(call: &Call<'_>, request: Request) -> Result<Response, SecretsError> {
    let secret = call.live(&request.secret_id)?;
    let version_id = match (request.version_id, request.version_stage) {
        (Some(id), Some(stage)) => {
            let same = call.holder(&secret.arn, &stage)?.as_deref() == Some(id.as_str());
            if same { id } else { return Err(mismatch()) }
        }
        (Some(id), None) => id,
        (None, stage) => holder(call, &secret, stage.as_deref().unwrap_or(CURRENT))?,
    };
    value_of(call, secret, version_id)
}

/// The value with the label `AWSCURRENT`.
pub(super) fn current_value(call: &Call<'_>, secret: Secret) -> Result<Response, SecretsError> {
    let version_id = holder(call, &secret, CURRENT)?;
    value_of(call, secret, version_id)
}

fn value_of(call: &Call<'_>, secret: Secret, version_id: String) -> Result<Response, SecretsError> {
    let version = call.version(&secret.arn, &version_id)?;
    let value = call.value(&secret.arn, &version_id)?;
    let (Some(version), Some(value)) = (version, value) else {
        return Err(no_such_version(&version_id));
    };
    Ok(Response {
        version_stages: call
            .stages(&secret.arn)?
            .remove(&version_id)
            .unwrap_or_default(),
        arn: secret.arn,
        name: secret.name,
        version_id,
        created_date: seconds(version.created),
        value: value.members()?,
    })
}

fn holder(call: &Call<'_>, secret: &Secret, stage: &str) -> Result<String, SecretsError> {
    call.holder(&secret.arn, stage)?.ok_or_else(|| {
        SecretsError::NotFound(format!(
            "Secrets Manager can't find the specified secret value for staging label: {stage}"
        ))
    })
}

fn mismatch() -> SecretsError {
    SecretsError::InvalidRequest(
        "You provided a VersionStage that is not associated to the provided VersionId.".to_owned(),
    )
}
