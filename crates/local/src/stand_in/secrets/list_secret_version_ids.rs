//! `ListSecretVersionIds`.

use serde::{Deserialize, Serialize};

use super::call::{Call, seconds};
use super::error::SecretsError;
use super::pages::{page, size};
use super::versions::Version;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Request {
    secret_id: String,
    #[serde(default)]
    include_deprecated: bool,
    max_results: Option<usize>,
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Response {
    #[serde(rename = "ARN")]
    arn: String,
    name: String,
    versions: Vec<Entry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    version_id: String,
    version_stages: Vec<String>,
    created_date: f64,
}

pub(super) fn run(call: &Call<'_>, request: Request) -> Result<Response, SecretsError> {
    let size = size(request.max_results, 100)?;
    let secret = call.existing(&request.secret_id)?;
    let mut stages = call.stages(&secret.arn)?;
    let mut versions = call.versions(&secret.arn)?;
    versions.retain(|version| request.include_deprecated || stages.contains_key(&version.id));
    let id = |version: &Version| version.id.clone();
    let page = page(versions, id, request.next_token.as_deref(), size)?;
    let entries = page.items.into_iter().map(|version| Entry {
        version_stages: stages.remove(&version.id).unwrap_or_default(),
        version_id: version.id,
        created_date: seconds(version.created),
    });
    Ok(Response {
        versions: entries.collect(),
        arn: secret.arn,
        name: secret.name,
        next_token: page.next_token,
    })
}
