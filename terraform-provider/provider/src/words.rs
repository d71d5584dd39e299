//! Between the words of the wire and the attributes of Terraform.

use std::collections::BTreeSet;
use std::fmt::Display;

use m2m_types::InvalidText;
use m2m_types::scope::{Scope, ScopeSet};
use tfplugin::{Attr, Diagnostic, Diagnostics, Validator, Value, validator};

/// A check of a string, or of each element of a collection of strings, by a grammar of the wire.
pub(crate) fn text<T: TryFrom<String, Error = InvalidText>>() -> Validator {
    text_by(|text| T::try_from(text.to_owned()))
}

/// The same, by a function.
pub(crate) fn text_by<T>(
    parse: impl Fn(&str) -> Result<T, InvalidText> + Send + Sync + 'static,
) -> Validator {
    validator(move |value| {
        let holds = |value: &Value| match value.as_str() {
            Some(text) => parse(text).map(drop).map_err(|error| sentence(&error)),
            None => Ok(()),
        };
        match value {
            Value::Map(items) => items.values().try_for_each(holds),
            Value::Set(items) | Value::List(items) => items.iter().try_for_each(holds),
            value => holds(value),
        }
    })
}

/// A check of each key of a map.
pub(crate) fn keys<T: TryFrom<String, Error = InvalidText>>() -> Validator {
    validator(|value| match value {
        Value::Map(items) => items.keys().try_for_each(|key| {
            T::try_from(key.clone())
                .map(drop)
                .map_err(|error| sentence(&error))
        }),
        _ => Ok(()),
    })
}

fn sentence(error: &InvalidText) -> String {
    let text = error.to_string();
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), characters.as_str()),
        None => text,
    }
}

/// The set of scopes, if the attribute has one: null is none at all, not the empty set.
pub(crate) fn scopes(attribute: &Attr<BTreeSet<String>>) -> Result<Option<ScopeSet>, Diagnostics> {
    attribute
        .known()
        .map(|scopes| {
            scopes
                .iter()
                .map(|scope| word(Scope::parse(scope.as_str())))
                .collect()
        })
        .transpose()
}

/// The attribute of a set of scopes.
pub(crate) fn scope_names(scopes: Option<&ScopeSet>) -> Attr<BTreeSet<String>> {
    let names = scopes.map(|scopes| scopes.iter().map(ToString::to_string).collect());
    Attr::from(names)
}

/// A parsed word; the schema has checked it before, so this error is never seen.
pub(crate) fn word<T>(parsed: Result<T, InvalidText>) -> Result<T, Diagnostics> {
    parsed.map_err(|error| Diagnostic::error("Invalid value", sentence(&error)).into())
}

/// The attribute of something that prints as text.
pub(crate) fn shown(value: &impl Display) -> Attr<String> {
    Attr::Known(value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_and_empty_scopes_differ() {
        assert_eq!(scopes(&Attr::Null).unwrap(), None);
        let none = scopes(&Attr::Known(BTreeSet::new())).unwrap();
        assert_eq!(none, Some(ScopeSet::default()));
        assert_eq!(scope_names(none.as_ref()), Attr::Known(BTreeSet::new()));
        assert_eq!(scope_names(None), Attr::Null);
    }

    #[test]
    fn a_message_says_what_is_expected_and_not_what_was_given() {
        let error = Scope::parse("a b").unwrap_err();
        let text = sentence(&error);
        assert!(
            text.starts_with("A scope must be") && text.ends_with('.'),
            "{text}"
        );
    }
}
