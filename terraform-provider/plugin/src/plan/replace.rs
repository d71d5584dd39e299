//! Which changes of a plan replace the resource.

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::{Attribute, Block, BlockNesting, Kind, NestedBlock, Nesting};
use crate::value::{Path, Value};

const NULL: &Value = &Value::Null;

/// The paths of changed values that require a replacement, in order and once each.
pub(crate) fn requires_replace(block: &Block, prior: &Value, planned: &Value) -> Vec<Path> {
    let mut found = BTreeSet::new();
    if !prior.is_null() && !planned.is_null() {
        compare_block(block, prior, planned, &Path::root(), &mut found);
    }
    found.into_iter().collect()
}

fn compare_block(
    block: &Block,
    prior: &Value,
    planned: &Value,
    path: &Path,
    found: &mut BTreeSet<Path>,
) {
    compare_attributes(&block.attributes, prior, planned, path, found);
    for (name, nested) in &block.blocks {
        let (prior, planned) = (prior.attribute(name), planned.attribute(name));
        compare_blocks(nested, prior, planned, &path.attribute(name), found);
    }
}

fn compare_blocks(
    nested: &NestedBlock,
    prior: &Value,
    planned: &Value,
    path: &Path,
    found: &mut BTreeSet<Path>,
) {
    let block = &nested.block;
    match nested.nesting {
        BlockNesting::Single | BlockNesting::Group if planned.as_object().is_some() => {
            compare_block(block, prior, planned, path, found);
        }
        BlockNesting::Single | BlockNesting::Group => {}
        BlockNesting::List | BlockNesting::Set | BlockNesting::Map => {
            compare_elements(
                &block.attributes,
                prior,
                planned,
                path,
                &mut |a, b, path| {
                    compare_block(block, a, b, &path, found);
                },
            );
        }
    }
}

fn compare_attributes(
    attributes: &BTreeMap<String, Attribute>,
    prior: &Value,
    planned: &Value,
    path: &Path,
    found: &mut BTreeSet<Path>,
) {
    for (name, attribute) in attributes {
        let (prior, planned) = (prior.attribute(name), planned.attribute(name));
        let path = path.attribute(name);
        if attribute.requires_replace && prior != planned {
            found.insert(path.clone());
        }
        let Kind::Nested(nesting, inner) = &attribute.kind else {
            continue;
        };
        match nesting {
            Nesting::Single if planned.as_object().is_some() => {
                compare_attributes(inner, prior, planned, &path, found);
            }
            Nesting::Single => {}
            Nesting::List | Nesting::Set | Nesting::Map => {
                compare_elements(inner, prior, planned, &path, &mut |a, b, path| {
                    compare_attributes(inner, a, b, &path, found);
                });
            }
        }
    }
}

/// Calls `each` with every planned element and the one before it; null where there was none.
fn compare_elements(
    attributes: &BTreeMap<String, Attribute>,
    prior: &Value,
    planned: &Value,
    path: &Path,
    each: &mut dyn FnMut(&Value, &Value, Path),
) {
    match planned {
        Value::List(items) => {
            let before = prior.as_elements().unwrap_or_default();
            for (index, item) in items.iter().enumerate() {
                each(before.get(index).unwrap_or(NULL), item, path.index(index));
            }
        }
        Value::Map(items) => {
            for (key, item) in items {
                let before = match prior {
                    Value::Map(before) => before.get(key).unwrap_or(NULL),
                    _ => NULL,
                };
                each(before, item, path.key(key));
            }
        }
        Value::Set(items) => {
            let before = prior.as_elements().unwrap_or_default();
            for (item, before) in pair_sets(attributes, items, before) {
                each(before, item, path.element());
            }
        }
        _ => {}
    }
}

/// Pairs the new elements of a set with the vanished ones they most likely replace: first those
/// that agree wherever a change would replace the resource, then in order.
fn pair_sets<'a>(
    attributes: &BTreeMap<String, Attribute>,
    planned: &'a [Value],
    prior: &'a [Value],
) -> Vec<(&'a Value, &'a Value)> {
    let mut gone: Vec<&Value> = prior
        .iter()
        .filter(|item| !planned.contains(item))
        .collect();
    let mut new: Vec<&Value> = planned
        .iter()
        .filter(|item| !prior.contains(item))
        .collect();
    let agree = |a: &Value, b: &Value| {
        attributes
            .iter()
            .filter(|(_, attribute)| attribute.requires_replace)
            .all(|(name, _)| a.attribute(name) == b.attribute(name))
    };
    let mut pairs = Vec::new();
    new.retain(
        |item| match gone.iter().position(|before| agree(before, item)) {
            Some(position) => {
                pairs.push((*item, gone.remove(position)));
                false
            }
            None => true,
        },
    );
    let rest = gone.into_iter().chain(std::iter::repeat(NULL));
    pairs.extend(new.into_iter().zip(rest));
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::object;

    fn check(nesting: Nesting, prior: Value, planned: Value, expected: &[&str]) {
        let inner = [
            ("id", Attribute::string().required().requires_replace()),
            ("note", Attribute::string().optional()),
        ];
        let block = Block::new().attribute("items", Attribute::nested(nesting, inner).optional());
        let whole = |items| object([("items", items)]);
        let found = requires_replace(&block, &whole(prior), &whole(planned));
        let found: Vec<String> = found.iter().map(Path::to_string).collect();
        assert_eq!(found, expected);
    }

    fn item(id: &str, note: &str) -> Value {
        object([("id", id.into()), ("note", note.into())])
    }

    #[test]
    fn list_elements_are_compared_by_position() {
        let list = |items: &[(&str, &str)]| {
            Value::List(items.iter().map(|(id, note)| item(id, note)).collect())
        };
        let prior = list(&[("a", "1"), ("b", "1")]);
        check(
            Nesting::List,
            prior.clone(),
            list(&[("a", "2"), ("c", "1")]),
            &["items[1].id"],
        );
        check(Nesting::List, prior.clone(), list(&[("a", "1")]), &[]);
        check(Nesting::List, list(&[("a", "1")]), prior, &["items[1].id"]);
    }

    #[test]
    fn set_elements_are_compared_with_what_they_replace() {
        let set = |items: &[(&str, &str)]| {
            Value::Set(items.iter().map(|(id, note)| item(id, note)).collect())
        };
        let prior = set(&[("a", "1"), ("b", "1")]);
        check(
            Nesting::Set,
            prior.clone(),
            set(&[("b", "1"), ("a", "1")]),
            &[],
        );
        check(
            Nesting::Set,
            prior.clone(),
            set(&[("b", "2"), ("a", "1")]),
            &[],
        );
        check(Nesting::Set, prior.clone(), set(&[("b", "1")]), &[]);
        check(
            Nesting::Set,
            prior,
            set(&[("a", "1"), ("c", "1")]),
            &["items[*].id"],
        );
    }

    #[test]
    fn an_object_that_is_removed_replaces_nothing_by_itself() {
        check(Nesting::Single, item("a", "1"), Value::Null, &[]);
        check(
            Nesting::Single,
            item("a", "1"),
            item("b", "1"),
            &["items.id"],
        );
        check(Nesting::Single, Value::Null, item("b", "1"), &["items.id"]);
    }

    #[test]
    fn a_creation_replaces_nothing() {
        let block = Block::new().attribute("id", Attribute::string().required().requires_replace());
        let planned = object([("id", "a".into())]);
        assert_eq!(requires_replace(&block, &Value::Null, &planned), []);
    }
}
