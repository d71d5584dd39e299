//! The types a field of a model may have.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;

use super::{Model, nested_attribute};
use crate::attr::Attr;
use crate::schema::{Attribute, Member, Nesting, validator};
use crate::secret::Secret;
use crate::value::{CodecError, Number, Path, Type, Value};

/// A type that a field of a model can have: it knows its schema and its conversions.
///
/// A collection that holds an unknown element reads as unknown; elements of the type
/// [`Attr<T>`] let each element be unknown or null by itself.
pub trait Data: Sized + Send + Sync + 'static {
    /// [`Attribute`], or a nested block.
    type Declared: Into<Member>;

    /// The schema of a field of this type, without anything said about who sets it.
    fn declare() -> Self::Declared;

    /// Reads the value at `path`.
    ///
    /// # Errors
    /// If the value has another type.
    fn from_value(value: Value, path: &Path) -> Result<Attr<Self>, CodecError>;

    /// The value.
    fn into_value(self) -> Value;

    /// What stands for an absent value: null, but no blocks for blocks.
    #[must_use]
    fn absent() -> Value {
        Value::Null
    }
}

fn wrong<T>(path: &Path, expected: &str) -> Result<Attr<T>, CodecError> {
    Err(CodecError::new(path, format!("is not a {expected}")))
}

impl Data for bool {
    type Declared = Attribute;

    fn declare() -> Attribute {
        Attribute::bool()
    }

    fn from_value(value: Value, path: &Path) -> Result<Attr<Self>, CodecError> {
        match value {
            Value::Unknown => Ok(Attr::Unknown),
            Value::Null => Ok(Attr::Null),
            Value::Bool(value) => Ok(Attr::Known(value)),
            _ => wrong(path, "bool"),
        }
    }

    fn into_value(self) -> Value {
        Value::Bool(self)
    }
}

impl Data for String {
    type Declared = Attribute;

    fn declare() -> Attribute {
        Attribute::string()
    }

    fn from_value(value: Value, path: &Path) -> Result<Attr<Self>, CodecError> {
        match value {
            Value::Unknown => Ok(Attr::Unknown),
            Value::Null => Ok(Attr::Null),
            Value::String(value) => Ok(Attr::Known(value)),
            _ => wrong(path, "string"),
        }
    }

    fn into_value(self) -> Value {
        Value::String(self)
    }
}

/// A sensitive string.
impl Data for Secret {
    type Declared = Attribute;

    fn declare() -> Attribute {
        Attribute::string().sensitive()
    }

    fn from_value(value: Value, path: &Path) -> Result<Attr<Self>, CodecError> {
        Ok(String::from_value(value, path)?.map(Self::from))
    }

    fn into_value(self) -> Value {
        Value::from(self.expose())
    }
}

impl Data for Number {
    type Declared = Attribute;

    fn declare() -> Attribute {
        Attribute::number()
    }

    fn from_value(value: Value, path: &Path) -> Result<Attr<Self>, CodecError> {
        match value {
            Value::Unknown => Ok(Attr::Unknown),
            Value::Null => Ok(Attr::Null),
            Value::Number(value) => Ok(Attr::Known(value)),
            _ => wrong(path, "number"),
        }
    }

    fn into_value(self) -> Value {
        Value::Number(self)
    }
}

/// A whole number; validation refuses others.
impl Data for i64 {
    type Declared = Attribute;

    fn declare() -> Attribute {
        Attribute::number().validate(validator(|value| match value {
            Value::Number(number) if number.as_i64().is_none() => {
                Err("Expected a whole number of 64 bits.".to_owned())
            }
            _ => Ok(()),
        }))
    }

    fn from_value(value: Value, path: &Path) -> Result<Attr<Self>, CodecError> {
        match Number::from_value(value, path)? {
            Attr::Known(number) => match number.as_i64() {
                Some(number) => Ok(Attr::Known(number)),
                None => wrong(path, "whole number of 64 bits"),
            },
            other => Ok(other.map(|_| 0)),
        }
    }

    fn into_value(self) -> Value {
        Value::from(self)
    }
}

/// A value of any type, which the configuration chooses.
impl Data for Value {
    type Declared = Attribute;

    fn declare() -> Attribute {
        Attribute::of(Type::Dynamic)
    }

    fn from_value(value: Value, _path: &Path) -> Result<Attr<Self>, CodecError> {
        Ok(match value {
            Value::Unknown => Attr::Unknown,
            Value::Null => Attr::Null,
            value => Attr::Known(value),
        })
    }

    fn into_value(self) -> Value {
        self
    }
}

/// An element that may be unknown or null by itself.
impl<T: Data<Declared = Attribute>> Data for Attr<T> {
    type Declared = Attribute;

    fn declare() -> Attribute {
        T::declare()
    }

    fn from_value(value: Value, path: &Path) -> Result<Attr<Self>, CodecError> {
        T::from_value(value, path).map(Attr::Known)
    }

    fn into_value(self) -> Value {
        match self {
            Self::Unknown => Value::Unknown,
            Self::Null => Value::Null,
            Self::Known(value) => value.into_value(),
        }
    }
}

/// One nested object.
impl<M: Model> Data for M {
    type Declared = Attribute;

    fn declare() -> Attribute {
        nested_attribute::<M>()
    }

    fn from_value(value: Value, path: &Path) -> Result<Attr<Self>, CodecError> {
        match value {
            Value::Unknown => Ok(Attr::Unknown),
            Value::Null => Ok(Attr::Null),
            Value::Object(object) => M::from_object(object, path).map(Attr::Known),
            _ => wrong(path, "object"),
        }
    }

    fn into_value(self) -> Value {
        Value::Object(self.into_object())
    }
}

/// A list.
impl<T: Data<Declared = Attribute>> Data for Vec<T> {
    type Declared = Attribute;

    fn declare() -> Attribute {
        Attribute::collection(Nesting::List, T::declare())
    }

    fn from_value(value: Value, path: &Path) -> Result<Attr<Self>, CodecError> {
        match value {
            Value::Unknown => Ok(Attr::Unknown),
            Value::Null => Ok(Attr::Null),
            Value::List(items) => read_items(items, |index| path.index(index)),
            _ => wrong(path, "list"),
        }
    }

    fn into_value(self) -> Value {
        Value::List(self.into_iter().map(T::into_value).collect())
    }
}

/// A set of values that have an order of their own, such as strings.
impl<T: Data<Declared = Attribute> + Ord> Data for BTreeSet<T> {
    type Declared = Attribute;

    fn declare() -> Attribute {
        Attribute::collection(Nesting::Set, T::declare())
    }

    fn from_value(value: Value, path: &Path) -> Result<Attr<Self>, CodecError> {
        Ok(Set::from_value(value, path)?.map(|set| set.0.into_iter().collect()))
    }

    fn into_value(self) -> Value {
        Value::Set(self.into_iter().map(T::into_value).collect())
    }
}

/// A set of values of any type, such as nested objects, in no particular order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Set<T>(pub Vec<T>);

impl<T> Deref for Set<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T: Data<Declared = Attribute>> Data for Set<T> {
    type Declared = Attribute;

    fn declare() -> Attribute {
        Attribute::collection(Nesting::Set, T::declare())
    }

    fn from_value(value: Value, path: &Path) -> Result<Attr<Self>, CodecError> {
        match value {
            Value::Unknown => Ok(Attr::Unknown),
            Value::Null => Ok(Attr::Null),
            Value::Set(items) => Ok(read_items(items, |_| path.element())?.map(Self)),
            _ => wrong(path, "set"),
        }
    }

    fn into_value(self) -> Value {
        Value::Set(self.0.into_iter().map(T::into_value).collect())
    }
}

/// A map from strings.
impl<T: Data<Declared = Attribute>> Data for BTreeMap<String, T> {
    type Declared = Attribute;

    fn declare() -> Attribute {
        Attribute::collection(Nesting::Map, T::declare())
    }

    fn from_value(value: Value, path: &Path) -> Result<Attr<Self>, CodecError> {
        let items = match value {
            Value::Unknown => return Ok(Attr::Unknown),
            Value::Null => return Ok(Attr::Null),
            Value::Map(items) => items,
            _ => return wrong(path, "map"),
        };
        let mut read = Self::new();
        for (key, item) in items {
            match element(item, &path.key(&key))? {
                Some(item) => read.insert(key, item),
                None => return Ok(Attr::Unknown),
            };
        }
        Ok(Attr::Known(read))
    }

    fn into_value(self) -> Value {
        Value::Map(
            self.into_iter()
                .map(|(key, item)| (key, item.into_value()))
                .collect(),
        )
    }
}

/// Reads the elements of a list or set; unknown if one of them is.
pub(super) fn read_items<T: Data>(
    items: Vec<Value>,
    path: impl Fn(usize) -> Path,
) -> Result<Attr<Vec<T>>, CodecError> {
    let mut read = Vec::with_capacity(items.len());
    for (index, item) in items.into_iter().enumerate() {
        match element(item, &path(index))? {
            Some(item) => read.push(item),
            None => return Ok(Attr::Unknown),
        }
    }
    Ok(Attr::Known(read))
}

/// One element; `None` if it is unknown.
fn element<T: Data>(value: Value, path: &Path) -> Result<Option<T>, CodecError> {
    match T::from_value(value, path)? {
        Attr::Known(item) => Ok(Some(item)),
        Attr::Unknown => Ok(None),
        Attr::Null => Err(CodecError::new(path, "must not be null")),
    }
}
