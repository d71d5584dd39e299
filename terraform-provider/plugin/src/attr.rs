//! The three states of every attribute.

/// The value of an attribute: known, absent, or known only after the apply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attr<T> {
    /// Not known before the apply.
    Unknown,
    /// Absent.
    #[default]
    Null,
    /// Present.
    Known(T),
}

impl<T> Attr<T> {
    /// True if absent.
    pub const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// True if not yet known.
    pub const fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
    }

    /// True if present.
    pub const fn is_known(&self) -> bool {
        matches!(self, Self::Known(_))
    }

    /// The value, if it is present.
    pub const fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown | Self::Null => None,
        }
    }

    /// The value by itself, if it is present.
    pub fn into_known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown | Self::Null => None,
        }
    }

    /// The value, or `default` if it is absent or unknown.
    pub fn known_or(self, default: T) -> T {
        self.into_known().unwrap_or(default)
    }

    /// The same state with the value changed.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Attr<U> {
        match self {
            Self::Unknown => Attr::Unknown,
            Self::Null => Attr::Null,
            Self::Known(value) => Attr::Known(change(value)),
        }
    }

    /// The same state with a reference to the value.
    pub const fn as_ref(&self) -> Attr<&T> {
        match self {
            Self::Unknown => Attr::Unknown,
            Self::Null => Attr::Null,
            Self::Known(value) => Attr::Known(value),
        }
    }
}

impl Attr<String> {
    /// The text, if it is present.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        self.known().map(String::as_str)
    }
}

impl<T> From<T> for Attr<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl<T> From<Option<T>> for Attr<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Known)
    }
}

impl From<&str> for Attr<String> {
    fn from(value: &str) -> Self {
        Self::Known(value.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_becomes_null_or_known() {
        assert_eq!(Attr::<bool>::from(None), Attr::Null);
        assert_eq!(Attr::<bool>::from(Some(true)), Attr::Known(true));
        assert_eq!(Attr::from("x").as_str(), Some("x"));
        assert_eq!(Attr::<i64>::Unknown.map(|n| n + 1), Attr::Unknown);
        assert_eq!(Attr::<i64>::Null.known_or(7), 7);
    }
}
