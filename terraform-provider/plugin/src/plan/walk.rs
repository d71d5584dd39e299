//! One walk over a planned value beside the configuration and the prior state it comes from.

use super::pair::{partner_in_config, partner_in_prior};
use crate::schema::{Attribute, Block, BlockNesting, Kind, NestedBlock, Nesting};
use crate::value::Value;

/// Whether to go on into the nested attributes of an attribute.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Descend {
    Yes,
    No,
}

const NULL: &Value = &Value::Null;

/// Called with an attribute, its planned value, its configured value, its prior value.
pub(super) trait Visit: FnMut(&Attribute, &mut Value, &Value, &Value) -> Descend {}
impl<F: FnMut(&Attribute, &mut Value, &Value, &Value) -> Descend> Visit for F {}

/// Visits every attribute of a planned object. Without a configuration all parts are visited;
/// with one, only the elements of sets for which a configured element is found.
pub(super) fn walk(
    block: &Block,
    planned: &mut Value,
    config: Option<&Value>,
    prior: &Value,
    visit: &mut impl Visit,
) {
    attributes(block.attributes.iter(), planned, config, prior, visit);
    let Value::Object(object) = planned else {
        return;
    };
    for (name, nested) in &block.blocks {
        if let Some(planned) = object.get_mut(name) {
            let config = config.map(|config| config.attribute(name));
            blocks(nested, planned, config, prior.attribute(name), visit);
        }
    }
}

fn blocks(
    nested: &NestedBlock,
    planned: &mut Value,
    config: Option<&Value>,
    prior: &Value,
    visit: &mut impl Visit,
) {
    match nested.nesting {
        BlockNesting::Single | BlockNesting::Group => {
            walk(&nested.block, planned, config, prior, visit);
        }
        BlockNesting::List | BlockNesting::Set | BlockNesting::Map => {
            elements(planned, config, prior, &mut |planned, config, prior| {
                walk(&nested.block, planned, config, prior, visit);
            });
        }
    }
}

fn attributes<'a>(
    attributes: impl Iterator<Item = (&'a String, &'a Attribute)>,
    planned: &mut Value,
    config: Option<&Value>,
    prior: &Value,
    visit: &mut impl Visit,
) {
    let Value::Object(object) = planned else {
        return;
    };
    for (name, attribute) in attributes {
        let Some(planned) = object.get_mut(name) else {
            continue;
        };
        let config = config.map(|config| config.attribute(name));
        let prior = prior.attribute(name);
        if visit(attribute, planned, config.unwrap_or(NULL), prior) == Descend::Yes {
            nested(attribute, planned, config, prior, visit);
        }
    }
}

fn nested(
    attribute: &Attribute,
    planned: &mut Value,
    config: Option<&Value>,
    prior: &Value,
    visit: &mut impl Visit,
) {
    let Kind::Nested(nesting, inner) = &attribute.kind else {
        return;
    };
    match nesting {
        Nesting::Single => attributes(inner.iter(), planned, config, prior, visit),
        Nesting::List | Nesting::Set | Nesting::Map => {
            elements(planned, config, prior, &mut |planned, config, prior| {
                attributes(inner.iter(), planned, config, prior, visit);
            });
        }
    }
}

/// Calls `each` with every element and its partners.
fn elements(
    planned: &mut Value,
    config: Option<&Value>,
    prior: &Value,
    each: &mut dyn FnMut(&mut Value, Option<&Value>, &Value),
) {
    match planned {
        Value::List(items) => {
            let at = |value: &Value, index: usize| -> Value {
                value
                    .as_elements()
                    .and_then(|items| items.get(index))
                    .unwrap_or(NULL)
                    .clone()
            };
            for (index, item) in items.iter_mut().enumerate() {
                let config = config.map(|config| at(config, index));
                each(item, config.as_ref(), &at(prior, index));
            }
        }
        Value::Map(items) => {
            let at = |value: &Value, key: &str| -> Value {
                match value {
                    Value::Map(items) => items.get(key).unwrap_or(NULL).clone(),
                    _ => Value::Null,
                }
            };
            for (key, item) in items {
                let config = config.map(|config| at(config, key));
                each(item, config.as_ref(), &at(prior, key));
            }
        }
        Value::Set(items) => {
            for item in items {
                let prior = partner_in_prior(item, prior).unwrap_or(NULL);
                match config.map(|config| partner_in_config(item, config)) {
                    None => each(item, None, prior),
                    Some(Some(config)) => each(item, Some(config), prior),
                    Some(None) => {}
                }
            }
        }
        _ => {}
    }
}
