//! `CreateSecret`.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::call::Call;
use super::error::SecretsError;
use super::rows::{Secret, Tag};
use super::tags::check_tags;
use super::value::Value;
use super::versions::CURRENT;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Request {
    name: String,
    client_request_token: Option<String>,
    description: Option<String>,
    kms_key_id: Option<String>,
    secret_binary: Option<Zeroizing<String>>,
    secret_string: Option<Zeroizing<String>>,
    #[serde(default)]
    tags: Vec<Tag>,
    /// About replicas, of which there are none.
    #[serde(rename = "ForceOverwriteReplicaSecret")]
    _force_overwrite: Option<bool>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Response {
    #[serde(rename = "ARN")]
    arn: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_id: Option<String>,
}

pub(super) fn run(call: &Call<'_>, request: Request) -> Result<Response, SecretsError> {
    check_name(&request.name)?;
    check_tags(&request.tags)?;
    let value = Value::of_request(request.secret_string, request.secret_binary)?;
    let version_id = call.version_id(request.client_request_token)?;
    if let Some(known) = call.find(&request.name)? {
        return repeat(call, known, &version_id, value.as_ref());
    }
    let secret = Secret {
        number: 0,
        arn: call.new_arn(&request.name)?,
        name: request.name,
        description: request.description,
        kms_key_id: request.kms_key_id,
        tags: request.tags,
        created: call.now,
        changed: call.now,
        purge_at: None,
    };
    call.insert(&secret)?;
    if let Some(value) = &value {
        call.add_version(&secret, &version_id, value, &[CURRENT.to_owned()])?;
    }
    let version_id = value.map(|_| version_id);
    Ok(Response {
        arn: secret.arn,
        name: secret.name,
        version_id,
    })
}

/// The name is taken. The same call again gets the same answer; any other is refused.
fn repeat(
    call: &Call<'_>,
    known: Secret,
    version_id: &str,
    value: Option<&Value>,
) -> Result<Response, SecretsError> {
    if known.purge_at.is_some() {
        return Err(SecretsError::InvalidRequest(
            "You can't create this secret because a secret with this name is already scheduled \
             for deletion."
                .to_owned(),
        ));
    }
    let stored = call.value(&known.arn, version_id)?;
    match (stored, value) {
        (Some(stored), Some(value)) if stored.equals(value) => {
            let version_id = Some(version_id.to_owned());
            Ok(Response {
                arn: known.arn,
                name: known.name,
                version_id,
            })
        }
        _ => Err(SecretsError::Exists(format!(
            "The operation failed because the secret {} already exists.",
            known.name
        ))),
    }
}

fn check_name(name: &str) -> Result<(), SecretsError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "/_+=.@-!".contains(c);
    if (1..=512).contains(&name.len()) && name.chars().all(allowed) {
        return Ok(());
    }
    Err(SecretsError::Validation(
        "Invalid name. Must be a valid name containing alphanumeric characters, or any of the \
         following: -/_+=.@!"
            .to_owned(),
    ))
}
