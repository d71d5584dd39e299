//! `TagResource` and `UntagResource`.

use serde::{Deserialize, Serialize};

use super::call::Call;
use super::error::SecretsError;
use super::rows::{Secret, Tag};

/// A secret has at most so many tags.
const LIMIT: usize = 50;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct TagRequest {
    secret_id: String,
    tags: Vec<Tag>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct UntagRequest {
    secret_id: String,
    tag_keys: Vec<String>,
}

/// Neither operation answers anything.
#[derive(Serialize)]
pub(super) struct Response {}

/// Adds tags, or gives those that are there new values.
pub(super) fn tag_resource(call: &Call<'_>, request: TagRequest) -> Result<Response, SecretsError> {
    let mut secret = call.live(&request.secret_id)?;
    secret
        .tags
        .retain(|known| request.tags.iter().all(|tag| tag.key != known.key));
    secret.tags.extend(request.tags);
    check_tags(&secret.tags)?;
    call.replace(&Secret {
        changed: call.now,
        ..secret
    })?;
    Ok(Response {})
}

/// Takes tags off; those that are not there do not matter.
pub(super) fn untag_resource(
    call: &Call<'_>,
    request: UntagRequest,
) -> Result<Response, SecretsError> {
    let mut secret = call.live(&request.secret_id)?;
    secret
        .tags
        .retain(|known| !request.tag_keys.contains(&known.key));
    call.replace(&Secret {
        changed: call.now,
        ..secret
    })?;
    Ok(Response {})
}

/// Whether a secret may have these tags together.
pub(super) fn check_tags(tags: &[Tag]) -> Result<(), SecretsError> {
    let fits = |tag: &Tag| {
        (1..=128).contains(&tag.key.chars().count())
            && tag.value.chars().count() <= 256
            && !tag.key.starts_with("aws:")
    };
    if tags.len() <= LIMIT && tags.iter().all(fits) {
        return Ok(());
    }
    Err(SecretsError::InvalidParameter(format!(
        "A secret has at most {LIMIT} tags, with keys of 1-128 characters which do not begin with \
         aws: and values of up to 256."
    )))
}
