//! What Terraform proposes as the new state: the configuration, completed from the prior state.

use crate::schema::{Attribute, Block, BlockNesting, Kind, Nesting};
use crate::value::{Object, Value};

/// The configuration with every attribute of the schema; one that is left out is null.
pub(super) fn whole(block: &Block, config: &Value) -> Value {
    let Value::Object(config) = config else {
        return config.clone();
    };
    let mut whole = Object::new();
    for name in block.attributes().keys() {
        whole.insert(name.clone(), config.get(name).cloned().unwrap_or_default());
    }
    for (name, nested) in block.blocks() {
        let each = |items: &[Value]| {
            items
                .iter()
                .map(|item| self::whole(nested.block(), item))
                .collect()
        };
        let value = match (nested.nesting(), config.get(name)) {
            (BlockNesting::List, Some(Value::List(items))) => Value::List(each(items)),
            (BlockNesting::Set, Some(Value::Set(items))) => Value::Set(each(items)),
            (BlockNesting::List, None) => Value::List(Vec::new()),
            (BlockNesting::Set, None) => Value::Set(Vec::new()),
            (BlockNesting::Single | BlockNesting::Group, Some(value)) => {
                self::whole(nested.block(), value)
            }
            (_, value) => value.cloned().unwrap_or_default(),
        };
        whole.insert(name.clone(), value);
    }
    Value::Object(whole)
}

/// Computed attributes that the configuration leaves out keep their prior values; elements of
/// lists are matched by position, those of sets are taken as configured.
pub(super) fn proposed(block: &Block, prior: &Value, config: &Value) -> Value {
    let Value::Object(configured) = config else {
        return config.clone();
    };
    let mut proposed = configured.clone();
    for (name, attribute) in block.attributes() {
        let value = attribute_value(attribute, prior.attribute(name), config.attribute(name));
        proposed.insert(name.clone(), value);
    }
    for (name, nested) in block.blocks() {
        let inner = |prior: &Value, config: &Value| self::proposed(nested.block(), prior, config);
        let single = matches!(nested.nesting(), BlockNesting::Single | BlockNesting::Group);
        let value = elements(
            single,
            prior.attribute(name),
            config.attribute(name),
            &inner,
        );
        proposed.insert(name.clone(), value);
    }
    Value::Object(proposed)
}

fn attribute_value(attribute: &Attribute, prior: &Value, config: &Value) -> Value {
    if config.is_null() {
        return if attribute.is_computed() {
            prior.clone()
        } else {
            Value::Null
        };
    }
    let Kind::Nested(nesting, attributes) = attribute.kind() else {
        return config.clone();
    };
    let inner = |prior: &Value, config: &Value| {
        let Value::Object(configured) = config else {
            return config.clone();
        };
        let each = configured.iter().map(|(name, value)| {
            let value = match attributes.get(name) {
                Some(attribute) => attribute_value(attribute, prior.attribute(name), value),
                None => value.clone(),
            };
            (name.clone(), value)
        });
        Value::Object(each.collect())
    };
    elements(*nesting == Nesting::Single, prior, config, &inner)
}

fn elements(
    single: bool,
    prior: &Value,
    config: &Value,
    inner: &dyn Fn(&Value, &Value) -> Value,
) -> Value {
    const NULL: &Value = &Value::Null;
    match config {
        _ if single => inner(prior, config),
        Value::List(items) => {
            let before = prior.as_elements().unwrap_or_default();
            let pairs = items.iter().enumerate();
            Value::List(
                pairs
                    .map(|(i, item)| inner(before.get(i).unwrap_or(NULL), item))
                    .collect(),
            )
        }
        Value::Map(items) => {
            let before = |key: &str| match prior {
                Value::Map(before) => before.get(key).unwrap_or(NULL),
                _ => NULL,
            };
            let pairs = items
                .iter()
                .map(|(key, item)| (key.clone(), inner(before(key), item)));
            Value::Map(pairs.collect())
        }
        Value::Set(items) => {
            // An element whose computed parts alone are new is the element it was.
            let before = prior.as_elements().unwrap_or_default();
            let found = |item: &Value| {
                before
                    .iter()
                    .find(|before| inner(before, item) == **before)
                    .unwrap_or(NULL)
            };
            Value::Set(items.iter().map(|item| inner(found(item), item)).collect())
        }
        _ => config.clone(),
    }
}
