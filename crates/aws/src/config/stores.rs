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
}

impl StoresConfig {
    pub(super) fn from_env(variables: &mut Variables<'_>) -> Option<Self> {
        let table = variables.required("M2M_TABLE", parse_table);
        let secret_prefix = variables.required("M2M_SECRET_PREFIX", parse_prefix);
        Some(Self {
            table: table?,
            secret_prefix: secret_prefix?,
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
