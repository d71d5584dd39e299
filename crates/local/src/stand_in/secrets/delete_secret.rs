//! `DeleteSecret`.

use serde::{Deserialize, Serialize};

use super::call::{Call, seconds};
use super::error::SecretsError;
use super::rows::{Secret, name_of};

const DAY: i64 = 24 * 60 * 60 * 1000;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Request {
    secret_id: String,
    recovery_window_in_days: Option<i64>,
    force_delete_without_recovery: Option<bool>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Response {
    #[serde(rename = "ARN")]
    arn: String,
    name: String,
    deletion_date: f64,
}

pub(super) fn run(call: &Call<'_>, request: Request) -> Result<Response, SecretsError> {
    let at_once = request.force_delete_without_recovery.unwrap_or(false);
    let days = match (at_once, request.recovery_window_in_days) {
        (true, None) => return delete_at_once(call, &request.secret_id),
        (false, None) => 30,
        (false, Some(days @ 7..=30)) => days,
        (true, Some(_)) => {
            return Err(invalid(
                "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
            ));
        }
        (false, Some(_)) => {
            return Err(invalid(
                "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).",
            ));
        }
    };
    let secret = call.live(&request.secret_id)?;
    let purge_at = call.now + days * DAY;
    call.replace(&Secret {
        purge_at: Some(purge_at),
        ..secret.clone()
    })?;
    Ok(Response {
        arn: secret.arn,
        name: secret.name,
        deletion_date: seconds(purge_at),
    })
}

/// Succeeds even if there is no such secret, so that it can be repeated.
fn delete_at_once(call: &Call<'_>, secret_id: &str) -> Result<Response, SecretsError> {
    let deletion_date = seconds(call.now);
    match call.find(secret_id)? {
        Some(secret) => {
            call.remove(&secret)?;
            Ok(Response {
                arn: secret.arn,
                name: secret.name,
                deletion_date,
            })
        }
        None => {
            let name = name_of(secret_id).to_owned();
            let is_arn = secret_id.starts_with("arn:");
            let arn = if is_arn {
                secret_id.to_owned()
            } else {
                call.new_arn(&name)?
            };
            Ok(Response {
                arn,
                name,
                deletion_date,
            })
        }
    }
}

fn invalid(message: &str) -> SecretsError {
    SecretsError::InvalidParameter(message.to_owned())
}
