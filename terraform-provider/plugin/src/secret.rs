//! Text that must not be seen.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A secret text: it prints as `(secret)`, and its memory is overwritten when it is dropped.
///
/// As a field of a [`model!`](crate::model) it makes the attribute sensitive.
#[derive(Clone, Default)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// The text itself, for the one place that needs it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// Takes the same time wherever the texts differ.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_print() {
        let secret = Secret::from("hunter2");
        assert_eq!(
            format!("{secret:?} {:?}", Some(&secret)),
            "(secret) Some((secret))"
        );
        assert_eq!(secret.expose(), "hunter2");
        assert!(secret == Secret::from("hunter2") && secret != Secret::from("hunter3"));
    }
}
