//! `ListSecrets`.

use serde::{Deserialize, Serialize};

use super::call::{Call, seconds};
use super::error::SecretsError;
use super::filters::{Filter, matching};
use super::pages::{page, size};
use super::rows::{Secret, Tag};
use super::versions::Stages;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Request {
    #[serde(default)]
    filters: Vec<Filter>,
    #[serde(default)]
    include_planned_deletion: bool,
    max_results: Option<usize>,
    next_token: Option<String>,
    sort_order: Option<SortOrder>,
    sort_by: Option<SortBy>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum SortOrder {
    Asc,
    Desc,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
enum SortBy {
    CreatedDate,
    Name,
    LastChangedDate,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Response {
    secret_list: Vec<Entry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    #[serde(rename = "ARN")]
    arn: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kms_key_id: Option<String>,
    created_date: f64,
    last_changed_date: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    deleted_date: Option<f64>,
    tags: Vec<Tag>,
    secret_versions_to_stages: Stages,
}

pub(super) fn run(call: &Call<'_>, request: Request) -> Result<Response, SecretsError> {
    let size = size(request.max_results, 100)?;
    let mut secrets = matching(call.all()?, &request.filters)?;
    secrets.retain(|secret| request.include_planned_deletion || secret.purge_at.is_none());
    match request.sort_by.unwrap_or(SortBy::CreatedDate) {
        SortBy::CreatedDate => secrets.sort_by_key(|secret| secret.number),
        SortBy::Name => secrets.sort_by(|one, other| one.name.cmp(&other.name)),
        SortBy::LastChangedDate => secrets.sort_by_key(|secret| (secret.changed, secret.number)),
    }
    if request.sort_order != Some(SortOrder::Asc) {
        secrets.reverse();
    }
    let number = |secret: &Secret| secret.number.to_string();
    let page = page(secrets, number, request.next_token.as_deref(), size)?;
    let entries = page.items.into_iter().map(|secret| entry(call, secret));
    Ok(Response {
        secret_list: entries.collect::<Result<_, _>>()?,
        next_token: page.next_token,
    })
}

fn entry(call: &Call<'_>, secret: Secret) -> Result<Entry, SecretsError> {
    Ok(Entry {
        secret_versions_to_stages: call.stages(&secret.arn)?,
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
