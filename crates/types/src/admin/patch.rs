//! A member of a JSON merge patch, RFC 7396: absent, null or a value.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a merge patch says of one member. Use with `#[serde(default)]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// Leave it as it is.
    #[default]
    Absent,
    /// Back to its default.
    Null,
    /// Set it.
    Value(T),
}

impl<T> Patch<T> {
    /// Whether nothing is said; for `skip_serializing_if`.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Whether it sets something.
    pub fn is_value(&self) -> bool {
        matches!(self, Self::Value(_))
    }

    /// What it makes of an optional member.
    pub fn over_option(self, present: Option<T>) -> Option<T> {
        match self {
            Self::Absent => present,
            Self::Null => None,
            Self::Value(value) => Some(value),
        }
    }
}

impl<T: Default> Patch<T> {
    /// What it makes of a member that has a default.
    pub fn over(self, present: T) -> T {
        match self {
            Self::Absent => present,
            Self::Null => T::default(),
            Self::Value(value) => value,
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::Null, Self::Value))
    }
}

impl<T: Serialize> Serialize for Patch<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Value(value) => serializer.serialize_some(value),
            Self::Absent | Self::Null => serializer.serialize_none(),
        }
    }
}
