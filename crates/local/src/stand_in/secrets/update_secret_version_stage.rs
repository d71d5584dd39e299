//! `UpdateSecretVersionStage`.

use serde::{Deserialize, Serialize};

use super::call::Call;
use super::error::SecretsError;
use super::rows::Secret;
use super::versions::{CURRENT, no_such_version};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Request {
    secret_id: String,
    version_stage: String,
    remove_from_version_id: Option<String>,
    move_to_version_id: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Response {
    #[serde(rename = "ARN")]
    arn: String,
    name: String,
}

pub(super) fn run(call: &Call<'_>, request: Request) -> Result<Response, SecretsError> {
    let label = request.version_stage.as_str();
    check_label(label)?;
    let secret = call.live(&request.secret_id)?;
    let holder = call.holder(&secret.arn, label)?;
    match (request.remove_from_version_id, request.move_to_version_id) {
        (None, None) => {
            return Err(SecretsError::InvalidParameter(
                "You must specify RemoveFromVersionId, MoveToVersionId or both.".to_owned(),
            ));
        }
        (Some(from), None) => take_off(call, &secret, label, (holder, &from))?,
        (from, Some(to)) => {
            if holder.as_deref() != Some(to.as_str()) {
                check_source(label, holder.as_deref(), from.as_deref())?;
            }
            if call.version(&secret.arn, &to)?.is_none() {
                return Err(no_such_version(&to));
            }
            call.attach(&secret.arn, label, &to)?;
            call.limit_stages(&secret.arn)?;
        }
    }
    call.replace(&Secret {
        changed: call.now,
        ..secret.clone()
    })?;
    Ok(Response {
        arn: secret.arn,
        name: secret.name,
    })
}

fn take_off(
    call: &Call<'_>,
    secret: &Secret,
    label: &str,
    (holder, from): (Option<String>, &str),
) -> Result<(), SecretsError> {
    if label == CURRENT {
        return Err(SecretsError::InvalidParameter(
            "You can only move staging label AWSCURRENT to a different secret version. It can't \
             be completely removed."
                .to_owned(),
        ));
    }
    check_source(label, holder.as_deref(), Some(from))?;
    call.detach(&secret.arn, label)
}

/// A label that is attached somewhere is only taken from there if the caller knows where it is.
fn check_source(
    label: &str,
    holder: Option<&str>,
    claimed: Option<&str>,
) -> Result<(), SecretsError> {
    let message = match (holder, claimed) {
        (None, None) => return Ok(()),
        (Some(holder), Some(claimed)) if holder == claimed => return Ok(()),
        (Some(holder), _) => format!(
            "The parameter RemoveFromVersionId can't be empty or name another version. Staging \
             label {label} is currently attached to version {holder}, so you must explicitly \
             reference that version in RemoveFromVersionId."
        ),
        (None, Some(claimed)) => {
            format!("Staging label {label} is not attached to version {claimed}.")
        }
    };
    Err(SecretsError::InvalidParameter(message))
}

/// Labels have up to 256 characters.
pub(super) fn check_label(label: &str) -> Result<(), SecretsError> {
    if (1..=256).contains(&label.len()) {
        return Ok(());
    }
    Err(SecretsError::Validation(
        "A staging label has 1-256 characters.".to_owned(),
    ))
}
