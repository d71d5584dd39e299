//! `BatchGetSecretValue`.

use serde::{Deserialize, Serialize};

use super::call::Call;
use super::error::SecretsError;
use super::filters::{Filter, matching};
use super::get_secret_value::{self, current_value};
use super::pages::{page, size};
use super::rows::Secret;

/// A batch has at most so many secrets.
const LIMIT: usize = 20;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Request {
    secret_id_list: Option<Vec<String>>,
    filters: Option<Vec<Filter>>,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Response {
    secret_values: Vec<get_secret_value::Response>,
    errors: Vec<Failure>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// Why one secret of the batch is not in the answer.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Failure {
    secret_id: String,
    error_code: &'static str,
    message: String,
}

pub(super) fn run(call: &Call<'_>, request: Request) -> Result<Response, SecretsError> {
    match (request.secret_id_list, request.filters) {
        (Some(ids), None) if request.max_results.is_none() && ids.len() <= LIMIT => {
            Ok(gather(ids, None, |id| current_value(call, call.live(id)?)))
        }
        (Some(_), None) => Err(SecretsError::InvalidParameter(format!(
            "SecretIdList has at most {LIMIT} entries and goes without MaxResults."
        ))),
        (None, Some(filters)) => {
            let size = size(request.max_results, LIMIT)?;
            let mut secrets = matching(call.all()?, &filters)?;
            secrets.retain(|secret| secret.purge_at.is_none());
            let number = |secret: &Secret| secret.number.to_string();
            let page = page(secrets, number, request.next_token.as_deref(), size)?;
            let ids = page.items.into_iter().map(|secret| secret.arn).collect();
            Ok(gather(ids, page.next_token, |id| {
                current_value(call, call.live(id)?)
            }))
        }
        _ => Err(SecretsError::InvalidParameter(
            "You must specify either SecretIdList or Filters, but not both.".to_owned(),
        )),
    }
}

fn gather(
    ids: Vec<String>,
    next_token: Option<String>,
    get: impl Fn(&str) -> Result<get_secret_value::Response, SecretsError>,
) -> Response {
    let (mut secret_values, mut errors) = (Vec::new(), Vec::new());
    for secret_id in ids {
        match get(&secret_id) {
            Ok(value) => secret_values.push(value),
            Err(error) => {
                let message = error.to_string();
                errors.push(Failure {
                    secret_id,
                    error_code: error.code(),
                    message,
                });
            }
        }
    }
    Response {
        secret_values,
        errors,
        next_token,
    }
}
