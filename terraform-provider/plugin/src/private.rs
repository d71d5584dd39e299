//! Private state: texts a provider keeps beside a resource, which users do not see.

use std::collections::BTreeMap;

/// Texts by key that Terraform stores and hands back unread.
///
/// They lie unencrypted in the state file: no place for secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Private(BTreeMap<String, String>);

impl Private {
    /// Nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The text of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// Keeps a text.
    pub fn set(&mut self, key: impl Into<String>, text: impl Into<String>) {
        self.0.insert(key.into(), text.into());
    }

    /// Forgets a key.
    pub fn remove(&mut self, key: &str) {
        self.0.remove(key);
    }

    /// The same, with one more text.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, text: impl Into<String>) -> Self {
        self.set(key, text);
        self
    }

    /// What is not written by this crate reads as nothing.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        if bytes.is_empty() {
            return Self::default();
        }
        serde_json::from_slice(bytes).map(Self).unwrap_or_else(|_| {
            tracing::warn!("private state is not readable and was dropped");
            Self::default()
        })
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        if self.0.is_empty() {
            return Vec::new();
        }
        // Unwrap safety: a map of texts always has a JSON form.
        serde_json::to_vec(&self.0).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_state_survives_the_state_file() {
        let private = Private::new().with("etag", "\"7\"");
        assert_eq!(private.to_bytes(), br#"{"etag":"\"7\""}"#);
        assert_eq!(Private::from_bytes(&private.to_bytes()), private);
        assert_eq!(Private::from_bytes(b""), Private::new());
        assert_eq!(Private::from_bytes(&[0xff]), Private::new());
    }
}
