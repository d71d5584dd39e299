//! Values as Terraform knows them: typed by a schema, possibly null, possibly not yet known.

pub(crate) mod json;
pub(crate) mod msgpack;
mod number;
mod path;
mod ty;

use std::collections::BTreeMap;

pub use number::{Number, NumberError};
pub use path::{Path, Step};
pub use ty::Type;

/// The attributes of an object by name.
pub type Object = BTreeMap<String, Value>;

/// A value of any Terraform type.
///
/// What kind of collection a value is, its [`Type`] or schema says; a list, a set and a tuple are
/// told apart here so that a set compares without regard to order.
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// Not known before the apply. Refinements of Terraform's unknowns are read and dropped.
    Unknown,
    /// Absent.
    #[default]
    Null,
    /// A boolean.
    Bool(bool),
    /// A number of any size.
    Number(Number),
    /// A string.
    String(String),
    /// A list of elements of one type.
    List(Vec<Value>),
    /// A set of elements of one type; their order means nothing.
    Set(Vec<Value>),
    /// A sequence of elements of several types.
    Tuple(Vec<Value>),
    /// A map from strings to elements of one type.
    Map(BTreeMap<String, Value>),
    /// An object; it always has exactly the attributes of its type.
    Object(Object),
    /// A value that brings its own type.
    Dynamic(Box<(Type, Value)>),
}

impl Value {
    /// True for null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// True for a value that is itself unknown; see [`Value::is_wholly_known`] for its parts.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// True if neither the value nor any part of it is unknown.
    #[must_use]
    pub fn is_wholly_known(&self) -> bool {
        match self {
            Self::Unknown => false,
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::String(_) => true,
            Self::List(items) | Self::Set(items) | Self::Tuple(items) => {
                items.iter().all(Self::is_wholly_known)
            }
            Self::Map(items) | Self::Object(items) => items.values().all(Self::is_wholly_known),
            Self::Dynamic(inner) => inner.1.is_wholly_known(),
        }
    }

    /// The text of a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The attributes of an object.
    #[must_use]
    pub fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The elements of a list, set or tuple.
    #[must_use]
    pub fn as_elements(&self) -> Option<&[Value]> {
        match self {
            Self::List(items) | Self::Set(items) | Self::Tuple(items) => Some(items),
            _ => None,
        }
    }

    /// The attribute `name` of an object; null for anything that has no such attribute.
    #[must_use]
    pub fn attribute(&self, name: &str) -> &Value {
        const NULL: &Value = &Value::Null;
        self.as_object()
            .and_then(|object| object.get(name))
            .unwrap_or(NULL)
    }
}

/// Equality as Terraform sees it: sets ignore order, unknown equals unknown.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Unknown, Self::Unknown) | (Self::Null, Self::Null) => true,
            (Self::Bool(a), Self::Bool(b)) => a == b,
            (Self::Number(a), Self::Number(b)) => a == b,
            (Self::String(a), Self::String(b)) => a == b,
            (Self::List(a), Self::List(b)) | (Self::Tuple(a), Self::Tuple(b)) => a == b,
            (Self::Set(a), Self::Set(b)) => same_elements(a, b),
            (Self::Map(a), Self::Map(b)) | (Self::Object(a), Self::Object(b)) => a == b,
            (Self::Dynamic(a), Self::Dynamic(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for Value {}

fn same_elements(a: &[Value], b: &[Value]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    if a == b {
        return true;
    }
    let mut rest: Vec<&Value> = b.iter().collect();
    a.iter().all(
        |element| match rest.iter().position(|other| *other == element) {
            Some(found) => {
                rest.swap_remove(found);
                true
            }
            None => false,
        },
    )
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Number(Number::from(value))
    }
}

impl From<i32> for Value {
    fn from(value: i32) -> Self {
        Self::from(i64::from(value))
    }
}

impl From<Number> for Value {
    fn from(value: Number) -> Self {
        Self::Number(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::String(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::String(value)
    }
}

/// Why bytes are not a value of the type they should have.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {reason}")]
pub struct CodecError {
    path: Path,
    reason: String,
}

impl CodecError {
    pub(crate) fn new(path: &Path, reason: impl Into<String>) -> Self {
        Self {
            path: path.clone(),
            reason: reason.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_ignore_order_but_count_elements() {
        let a = Value::Set(vec!["x".into(), "y".into(), "x".into()]);
        let b = Value::Set(vec!["x".into(), "x".into(), "y".into()]);
        let c = Value::Set(vec!["x".into(), "y".into(), "y".into()]);
        assert_eq!(a, b);
        assert_ne!(a, c);
    }

    #[test]
    fn an_unknown_part_makes_the_whole_not_wholly_known() {
        let inner = Object::from([("a".to_owned(), Value::Unknown)]);
        assert!(!Value::List(vec![Value::Object(inner)]).is_wholly_known());
        assert!(Value::List(vec![Value::Null]).is_wholly_known());
    }
}
