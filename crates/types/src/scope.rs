//! Scope tokens and sets of them, RFC 6749 §3.3.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::InvalidText;
use crate::text::{all_bytes, text_type};

text_type!(
    /// One scope token: `1*( %x21 / %x23-5B / %x5D-7E )`, at most 128 characters, case-sensitive.
    Scope,
    "a scope",
    "1 to 128 printable ASCII characters without space, '\"' and '\\'",
    |text| all_bytes(text, 1, 128, |b| b.is_ascii_graphic() && b != b'"' && b != b'\\')
);

/// A set of scopes: order-free, duplicates folded, written with single spaces.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ScopeSet(BTreeSet<Scope>);

impl ScopeSet {
    /// Reads the `scope` parameter: `scope-token *( SP scope-token )`.
    ///
    /// # Errors
    /// A token is empty (leading, trailing or doubled space) or has a forbidden character.
    pub fn parse(text: &str) -> Result<Self, InvalidText> {
        text.split(' ').map(Scope::parse).collect()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the scope is one of them.
    pub fn contains(&self, scope: &Scope) -> bool {
        self.0.contains(scope)
    }

    /// The scopes in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &Scope> {
        self.0.iter()
    }

    /// Those that both have.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        self.0.intersection(&other.0).cloned().collect()
    }

    /// The first of ours that the other lacks.
    pub fn first_missing_from<'a>(&'a self, other: &'a Self) -> Option<&'a Scope> {
        self.0.difference(&other.0).next()
    }
}

impl FromIterator<Scope> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        Self(scopes.into_iter().collect())
    }
}

impl fmt::Display for ScopeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, scope) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(" ")?;
            }
            f.write_str(scope.as_str())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duplicates_fold_and_order_is_free() {
        assert_eq!(ScopeSet::parse("b a b").unwrap().to_string(), "a b");
        assert_eq!(
            ScopeSet::parse("a b").unwrap(),
            ScopeSet::parse("b a").unwrap()
        );
    }

    #[test]
    fn malformed_sets_are_refused() {
        for text in ["", " a", "a ", "a  b", "a\tb", "a\"b", "a\\b", "é", "a\0"] {
            assert!(ScopeSet::parse(text).is_err(), "{text:?}");
        }
    }
}
