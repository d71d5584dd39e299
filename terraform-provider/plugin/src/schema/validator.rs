//! Checks of single values in a configuration.

use std::fmt;
use std::ops::RangeBounds;
use std::sync::Arc;

use super::{Attribute, Block, BlockNesting, Kind, Nesting};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::value::{Path, Value};

type Check = dyn Fn(&Value) -> Result<(), String> + Send + Sync;

/// A check of a known value; its message says what is expected and never repeats the value.
#[derive(Clone)]
pub struct Validator(Arc<Check>);

impl fmt::Debug for Validator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Validator")
    }
}

/// A check by a function, which is asked about known values only.
pub fn validator(
    check: impl Fn(&Value) -> Result<(), String> + Send + Sync + 'static,
) -> Validator {
    Validator(Arc::new(check))
}

/// The string must be one of `choices`.
#[must_use]
pub fn one_of(choices: &'static [&'static str]) -> Validator {
    validator(move |value| match value.as_str() {
        Some(text) if !choices.contains(&text) => {
            let choices: Vec<String> = choices.iter().map(|choice| format!("{choice:?}")).collect();
            Err(format!("Expected one of {}.", choices.join(", ")))
        }
        _ => Ok(()),
    })
}

/// The length must lie within `bounds`: characters of a string, elements of a collection.
pub fn length(bounds: impl RangeBounds<usize> + Send + Sync + 'static) -> Validator {
    validator(move |value| {
        let (length, unit) = match value {
            Value::String(text) => (text.chars().count(), "characters"),
            Value::List(items) | Value::Set(items) => (items.len(), "elements"),
            Value::Map(items) => (items.len(), "elements"),
            _ => return Ok(()),
        };
        within(&bounds, &length)
            .map_err(|bounds| format!("Expected {bounds} {unit}, found {length}."))
    })
}

/// The integer must lie within `bounds`.
pub fn range(bounds: impl RangeBounds<i64> + Send + Sync + 'static) -> Validator {
    validator(move |value| match value {
        Value::Number(number) => match number.as_i64() {
            Some(number) => {
                within(&bounds, &number).map_err(|bounds| format!("Expected {bounds}."))
            }
            None => Err("Expected a whole number of 64 bits.".to_owned()),
        },
        _ => Ok(()),
    })
}

fn within<T: PartialOrd + fmt::Display>(
    bounds: &impl RangeBounds<T>,
    value: &T,
) -> Result<(), String> {
    use std::ops::Bound::{Excluded, Included, Unbounded};
    if bounds.contains(value) {
        return Ok(());
    }
    Err(match (bounds.start_bound(), bounds.end_bound()) {
        (Included(low), Included(high)) => format!("{low} to {high}"),
        (Included(low), Excluded(high)) => format!("at least {low} and less than {high}"),
        (Included(low), Unbounded) => format!("at least {low}"),
        (Unbounded, Included(high)) => format!("at most {high}"),
        (Unbounded, Excluded(high)) => format!("less than {high}"),
        _ => "another number of".to_owned(),
    })
}

/// Runs every validator on the known values of a configuration.
pub(crate) fn validate(block: &Block, config: &Value) -> Diagnostics {
    let mut found = Diagnostics::new();
    visit_block(block, config, &Path::root(), &mut found);
    found
}

fn visit_block(block: &Block, value: &Value, path: &Path, found: &mut Diagnostics) {
    let Some(object) = value.as_object() else {
        return;
    };
    for (name, attribute) in &block.attributes {
        if let Some(value) = object.get(name) {
            visit_attribute(attribute, value, &path.attribute(name), found);
        }
    }
    for (name, nested) in &block.blocks {
        let path = path.attribute(name);
        let each = |value: &Value, path: Path, found: &mut Diagnostics| {
            visit_block(&nested.block, value, &path, found);
        };
        match object.get(name) {
            Some(value) if matches!(nested.nesting, BlockNesting::Single | BlockNesting::Group) => {
                each(value, path, found);
            }
            Some(value) => visit_items(value, &path, |value, path| each(value, path, found)),
            None => {}
        }
    }
}

fn visit_attribute(attribute: &Attribute, value: &Value, path: &Path, found: &mut Diagnostics) {
    if value.is_null() || value.is_unknown() {
        return;
    }
    for validator in &attribute.validators {
        if let Err(reason) = (validator.0)(value) {
            let summary = format!("Invalid value for {path}");
            found.push(Diagnostic::error(summary, reason).at(path.clone()));
        }
    }
    let Kind::Nested(nesting, attributes) = &attribute.kind else {
        return;
    };
    let mut each = |value: &Value, path: Path| {
        let Some(object) = value.as_object() else {
            return;
        };
        for (name, attribute) in attributes {
            if let Some(value) = object.get(name) {
                visit_attribute(attribute, value, &path.attribute(name), found);
            }
        }
    };
    match nesting {
        Nesting::Single => each(value, path.clone()),
        Nesting::List | Nesting::Set | Nesting::Map => visit_items(value, path, each),
    }
}

/// Calls `each` with every element of a collection and its path.
fn visit_items(value: &Value, path: &Path, mut each: impl FnMut(&Value, Path)) {
    match value {
        Value::List(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, item)| each(item, path.index(index)));
        }
        Value::Set(items) => items.iter().for_each(|item| each(item, path.element())),
        Value::Map(items) => items
            .iter()
            .for_each(|(key, item)| each(item, path.key(key))),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Object;

    fn check(validator: &Validator, value: impl Into<Value>) -> String {
        (validator.0)(&value.into()).err().unwrap_or_default()
    }

    #[test]
    fn messages_say_what_is_expected() {
        assert_eq!(
            check(&one_of(&["a", "b"]), "c"),
            r#"Expected one of "a", "b"."#
        );
        assert_eq!(check(&one_of(&["a", "b"]), "b"), "");
        assert_eq!(
            check(&length(1..=3), ""),
            "Expected 1 to 3 characters, found 0."
        );
        assert_eq!(
            check(&length(..3), "äöü"),
            "Expected less than 3 characters, found 3."
        );
        assert_eq!(check(&range(60..), 59), "Expected at least 60.");
        assert_eq!(check(&range(60..=86_400), 60), "");
    }

    #[test]
    fn validators_reach_nested_values_and_skip_unknown_ones() {
        let port = Attribute::number().optional().validate(range(1..=65_535));
        let block = Block::new().attribute(
            "rules",
            Attribute::nested(Nesting::List, [("port", port)]).optional(),
        );
        let rule = |port: Value| Value::Object(Object::from([("port".to_owned(), port)]));
        let rules = Value::List(vec![rule(1.into()), rule(Value::Unknown), rule(0.into())]);
        let config = Value::Object(Object::from([("rules".to_owned(), rules)]));
        let found = validate(&block, &config);
        let texts: Vec<&str> = found.iter().map(Diagnostic::summary).collect();
        assert_eq!(texts, ["Invalid value for rules[2].port"]);
    }
}
