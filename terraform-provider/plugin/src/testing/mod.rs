//! Helpers for the tests of providers.

use crate::value::Value;

/// An object of these attributes.
pub fn object<N: Into<String>>(attributes: impl IntoIterator<Item = (N, Value)>) -> Value {
    Value::Object(
        attributes
            .into_iter()
            .map(|(name, value)| (name.into(), value))
            .collect(),
    )
}
