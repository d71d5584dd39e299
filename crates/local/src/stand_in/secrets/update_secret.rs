//! `UpdateSecret`.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::call::Call;
use super::error::SecretsError;
use super::rows::Secret;
use super::value::Value;
use super::versions::CURRENT;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Request {
    secret_id: String,
    client_request_token: Option<String>,
    description: Option<String>,
    kms_key_id: Option<String>,
    secret_binary: Option<Zeroizing<String>>,
    secret_string: Option<Zeroizing<String>>,
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
    let value = Value::of_request(request.secret_string, request.secret_binary)?;
    let known = call.live(&request.secret_id)?;
    let secret = Secret {
        description: request.description.or(known.description),
        kms_key_id: request.kms_key_id.or(known.kms_key_id),
        changed: call.now,
        ..known
    };
    call.replace(&secret)?;
    let version_id = call.version_id(request.client_request_token)?;
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
