//! `RestoreSecret`.

use serde::{Deserialize, Serialize};

use super::call::Call;
use super::error::SecretsError;
use super::rows::Secret;

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
}

/// Restoring a secret that is not deleted changes nothing.
pub(super) fn run(call: &Call<'_>, request: Request) -> Result<Response, SecretsError> {
    let secret = Secret {
        purge_at: None,
        ..call.existing(&request.secret_id)?
    };
    call.replace(&secret)?;
    Ok(Response {
        arn: secret.arn,
        name: secret.name,
    })
}
