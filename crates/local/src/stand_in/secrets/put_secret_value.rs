//! `PutSecretValue`.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::call::Call;
use super::error::SecretsError;
use super::update_secret_version_stage::check_label;
use super::value::Value;
use super::versions::CURRENT;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Request {
    secret_id: String,
    client_request_token: Option<String>,
    secret_binary: Option<Zeroizing<String>>,
    secret_string: Option<Zeroizing<String>>,
    version_stages: Option<Vec<String>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Response {
    #[serde(rename = "ARN")]
    arn: String,
    name: String,
    version_id: String,
    version_stages: Vec<String>,
}

pub(super) fn run(call: &Call<'_>, request: Request) -> Result<Response, SecretsError> {
    let labels = request
        .version_stages
        .unwrap_or_else(|| vec![CURRENT.to_owned()]);
    if labels.is_empty() {
        return Err(SecretsError::Validation(
            "VersionStages must not be empty.".to_owned(),
        ));
    }
    labels.iter().try_for_each(|label| check_label(label))?;
    let Some(value) = Value::of_request(request.secret_string, request.secret_binary)? else {
        return Err(SecretsError::InvalidRequest(
            "You must provide either SecretString or SecretBinary.".to_owned(),
        ));
    };
    let secret = call.live(&request.secret_id)?;
    let version_id = call.version_id(request.client_request_token)?;
    call.add_version(&secret, &version_id, &value, &labels)?;
    Ok(Response {
        version_stages: call
            .stages(&secret.arn)?
            .remove(&version_id)
            .unwrap_or_default(),
        arn: secret.arn,
        name: secret.name,
        version_id,
    })
}
