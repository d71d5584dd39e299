//! Where the service keeps what it knows.

use super::variables::Variables;

/// Where the service keeps what it knows.
#[derive(Debug, Clone)]
pub struct StoresConfig {
    /// `M2M_TABLE`: the name of the DynamoDB table. Required.
    pub table: String,
    /// `M2M_SECRET_PREFIX`: what the names of all secrets start with, without a slash at its ends.
    /// Required.
    pub secret_prefix: String,
    /// `M2M_SECRET_KMS_KEY`: the ARN of the KMS key that new secrets are encrypted with. By default the key
    /// `aws/secretsmanager` of the account.
    pub secret_kms_key: Option<String>,
}

impl StoresConfig {
    pub(super) fn from_env(variables: &mut Variables<'_>) -> Option<Self> {
        let table = variables.required("M2M_TABLE", parse_table);
        let secret_prefix = variables.required("M2M_SECRET_PREFIX", parse_prefix);
        let kms_key = variables.optional("M2M_SECRET_KMS_KEY", "", parse_kms_key);
        Some(Self {
            table: table?,
            secret_prefix: secret_prefix?,
            secret_kms_key: kms_key?,
        })
    }
}

/// The grammar of DynamoDB: 3 to 255 characters of `a-z`, `A-Z`, `0-9`, `_`, `-` and `.`.
fn parse_table(text: String) -> Result<String, &'static str> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"_-.".contains(&b);
    if (3..=255).contains(&text.len()) && text.bytes().all(allowed) {
        Ok(text)
    } else {
        Err("a table must be named in 3 to 255 characters of A-Z, a-z, 0-9, '_', '-' and '.'")
    }
}

/// The grammar of Secrets Manager, with room for what is appended.
fn parse_prefix(text: String) -> Result<String, &'static str> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"/_+=.@-".contains(&b);
    let slash_at_an_end = text.starts_with('/') || text.ends_with('/');
    if text.len() <= 256 && text.bytes().all(allowed) && !slash_at_an_end {
        Ok(text)
    } else {
        Err(
            "a prefix must be at most 256 characters of A-Z, a-z, 0-9 and '/_+=.@-', without a slash \
             at its ends",
        )
    }
}

/// The ARN of a key; an alias could come to name another one.
fn parse_kms_key(text: String) -> Result<Option<String>, &'static str> {
    if text.is_empty() {
        return Ok(None);
    }
    let mut parts = text.splitn(6, ':');
    let (arn, _partition, service) = (parts.next(), parts.next(), parts.next());
    let key = parts.nth(2);
    if (arn, service) == (Some("arn"), Some("kms"))
        && key.is_some_and(|key| key.starts_with("key/"))
        && text.len() <= 2048
        && text.bytes().all(|b| b.is_ascii_graphic())
    {
        Ok(Some(text))
    } else {
        Err("a KMS key must be named by its ARN, arn:aws:kms:{region}:{account}:key/{id}")
    }
}
