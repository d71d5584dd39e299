//! The filters of `ListSecrets` and `BatchGetSecretValue`.

use serde::Deserialize;

use super::error::SecretsError;
use super::rows::Secret;

/// All filters of a request must match, each by one of its values.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(super) struct Filter {
    key: String,
    values: Vec<String>,
}

/// The secrets that match all filters.
pub(super) fn matching(
    secrets: Vec<Secret>,
    filters: &[Filter],
) -> Result<Vec<Secret>, SecretsError> {
    filters.iter().try_for_each(Filter::check)?;
    Ok(secrets
        .into_iter()
        .filter(|secret| filters.iter().all(|filter| filter.matches(secret)))
        .collect())
}

impl Filter {
    fn check(&self) -> Result<(), SecretsError> {
        const KEYS: [&str; 7] = [
            "all",
            "description",
            "name",
            "owning-service",
            "primary-region",
            "tag-key",
            "tag-value",
        ];
        if KEYS.contains(&self.key.as_str()) && (1..=10).contains(&self.values.len()) {
            return Ok(());
        }
        Err(SecretsError::Validation(format!(
            "The filter {:?} is unknown or does not have 1-10 values.",
            self.key
        )))
    }

    fn matches(&self, secret: &Secret) -> bool {
        self.values
            .iter()
            .any(|value| match value.strip_prefix('!') {
                Some(value) => !self.matches_value(secret, value),
                None => self.matches_value(secret, value),
            })
    }

    /// Names and tags match by a prefix, in their case; the rest ignores it. Nothing here has a
    /// primary region or an owning service.
    fn matches_value(&self, secret: &Secret, value: &str) -> bool {
        match self.key.as_str() {
            "name" => secret.name.starts_with(value),
            "tag-key" => secret.tags.iter().any(|tag| tag.key.starts_with(value)),
            "tag-value" => secret.tags.iter().any(|tag| tag.value.starts_with(value)),
            "description" => secret
                .description
                .as_deref()
                .is_some_and(|text| starts_with(text, value)),
            "all" => value.split_whitespace().all(|word| anywhere(secret, word)),
            _ => false,
        }
    }
}

fn anywhere(secret: &Secret, word: &str) -> bool {
    let tags = secret
        .tags
        .iter()
        .flat_map(|tag| [tag.key.as_str(), tag.value.as_str()]);
    secret
        .description
        .as_deref()
        .into_iter()
        .chain([secret.name.as_str()])
        .chain(tags)
        .any(|text| text.to_lowercase().contains(&word.to_lowercase()))
}

fn starts_with(text: &str, prefix: &str) -> bool {
    text.to_lowercase().starts_with(&prefix.to_lowercase())
}
