//! The rules Terraform holds plans and results to, so that a breach is found in development.
//!
//! Messages name paths and never values: a value may be secret.

use crate::schema::{Attribute, Block, BlockNesting, Kind, NestedBlock, Nesting};
use crate::value::{Path, Value};

/// Every breach in the plan of a creation or update.
pub(crate) fn plan_breaches(
    block: &Block,
    prior: &Value,
    config: &Value,
    planned: &Value,
) -> Vec<String> {
    let mut found = Vec::new();
    if planned.is_null() || planned.is_unknown() {
        found.push("the plan must be an object".to_owned());
    } else {
        plan_block(block, [prior, config, planned], &Path::root(), &mut found);
    }
    found
}

/// The prior, configured and planned value of one thing.
type Views<'a> = [&'a Value; 3];

fn plan_block(block: &Block, views: Views<'_>, path: &Path, found: &mut Vec<String>) {
    plan_attributes(block.attributes.iter(), views, path, found);
    for (name, nested) in &block.blocks {
        plan_blocks(
            nested,
            views.map(|view| view.attribute(name)),
            &path.attribute(name),
            found,
        );
    }
}

fn plan_attributes<'a>(
    attributes: impl Iterator<Item = (&'a String, &'a Attribute)>,
    views: Views<'_>,
    path: &Path,
    found: &mut Vec<String>,
) {
    for (name, attribute) in attributes {
        let views = views.map(|view| view.attribute(name));
        plan_attribute(attribute, views, &path.attribute(name), found);
    }
}

fn plan_attribute(attribute: &Attribute, views: Views<'_>, path: &Path, found: &mut Vec<String>) {
    let [prior, config, planned] = views;
    if attribute.write_only {
        if !planned.is_null() {
            found.push(format!(
                "{path}: a write-only value must be null in the plan"
            ));
        }
        return;
    }
    let stored_form = planned == prior && !prior.is_null() && !config.is_null();
    if planned == config || stored_form || (config.is_null() && attribute.is_computed()) {
        return;
    }
    if let Kind::Nested(nesting, inner) = &attribute.kind
        && !config.is_null()
        && !planned.is_null()
        && !planned.is_unknown()
    {
        let single = *nesting == Nesting::Single;
        plan_elements(single, views, path, found, &mut |views, path, found| {
            plan_attributes(inner.iter(), views, path, found);
        });
        return;
    }
    found.push(if config.is_null() {
        format!("{path}: a value is planned, but none is configured and it is not computed")
    } else {
        format!("{path}: the planned value is neither the configured one nor the stored one")
    });
}

fn plan_blocks(nested: &NestedBlock, views: Views<'_>, path: &Path, found: &mut Vec<String>) {
    let [_, config, planned] = views;
    if planned == config {
        return;
    }
    let single = matches!(nested.nesting, BlockNesting::Single | BlockNesting::Group);
    if config.is_null() != planned.is_null() || config.is_unknown() != planned.is_unknown() {
        found.push(format!(
            "{path}: the planned blocks are not the configured ones"
        ));
        return;
    }
    plan_elements(single, views, path, found, &mut |views, path, found| {
        plan_block(&nested.block, views, path, found);
    });
}

type Each<'a> = &'a mut dyn FnMut(Views<'_>, &Path, &mut Vec<String>);

fn plan_elements(
    single: bool,
    views: Views<'_>,
    path: &Path,
    found: &mut Vec<String>,
    each: Each<'_>,
) {
    const NULL: &Value = &Value::Null;
    let [prior, config, planned] = views;
    if single {
        return each(views, path, found);
    }
    match (config, planned) {
        (Value::List(configs), Value::List(items)) if configs.len() == items.len() => {
            let before = prior.as_elements().unwrap_or_default();
            for (index, (config, item)) in configs.iter().zip(items).enumerate() {
                let prior = before.get(index).unwrap_or(NULL);
                each([prior, config, item], &path.index(index), found);
            }
        }
        (Value::Map(configs), Value::Map(items)) if configs.keys().eq(items.keys()) => {
            for (key, item) in items {
                let prior = match prior {
                    Value::Map(prior) => prior.get(key).unwrap_or(NULL),
                    _ => NULL,
                };
                each(
                    [prior, configs.get(key).unwrap_or(NULL), item],
                    &path.key(key),
                    found,
                );
            }
        }
        (Value::Set(configs), Value::Set(items)) if configs.len() == items.len() => {
            // An element is right if it is right for some configured element.
            let before = prior.as_elements().unwrap_or_default();
            for item in items {
                let fits = configs.iter().any(|config| {
                    before.iter().chain([NULL]).any(|prior| {
                        let mut breaches = Vec::new();
                        each([prior, config, item], path, &mut breaches);
                        breaches.is_empty()
                    })
                });
                if !fits {
                    found.push(format!("{path}: a planned element is not a configured one"));
                }
            }
        }
        _ => found.push(format!(
            "{path}: not as many elements are planned as are configured"
        )),
    }
}

/// Every breach in the result of an operation: all is known now, and what was planned came true.
pub(crate) fn result_breaches(planned: &Value, actual: &Value) -> Vec<String> {
    let mut found = Vec::new();
    if !actual.is_wholly_known() {
        found.push("a value is still unknown after the operation".to_owned());
    }
    compare(planned, actual, &Path::root(), &mut found);
    found
}

fn compare(planned: &Value, actual: &Value, path: &Path, found: &mut Vec<String>) {
    match (planned, actual) {
        (Value::Unknown, _) => {}
        (Value::Object(planned), Value::Object(actual)) => {
            for (name, planned) in planned {
                let actual = actual.get(name).unwrap_or(&Value::Null);
                compare(planned, actual, &path.attribute(name), found);
            }
        }
        (Value::List(planned), Value::List(actual)) if planned.len() == actual.len() => {
            for (index, (planned, actual)) in planned.iter().zip(actual).enumerate() {
                compare(planned, actual, &path.index(index), found);
            }
        }
        (Value::Map(planned), Value::Map(actual)) if planned.keys().eq(actual.keys()) => {
            for (key, planned) in planned {
                let actual = actual.get(key).unwrap_or(&Value::Null);
                compare(planned, actual, &path.key(key), found);
            }
        }
        (Value::Set(planned), Value::Set(actual)) if planned.len() >= actual.len() => {
            let comes_true = |planned: &Value| {
                actual.iter().any(|actual| {
                    let mut breaches = Vec::new();
                    compare(planned, actual, path, &mut breaches);
                    breaches.is_empty()
                })
            };
            if !planned.iter().all(comes_true) {
                found.push(format!("{path}: a planned element is missing"));
            }
        }
        _ if planned == actual => {}
        _ => found.push(format!("{path}: the value is not the planned one")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::object;

    fn block() -> Block {
        let inner = [
            ("a", Attribute::string().required()),
            ("b", Attribute::string().computed()),
        ];
        Block::new()
            .attribute("name", Attribute::string().optional())
            .attribute("id", Attribute::string().optional_computed())
            .attribute("secret", Attribute::string().optional().write_only())
            .attribute("set", Attribute::nested(Nesting::Set, inner).optional())
    }

    fn value(name: Value, id: Value, secret: Value, set: Value) -> Value {
        object([("name", name), ("id", id), ("secret", secret), ("set", set)])
    }

    fn element(a: &str, b: impl Into<Value>) -> Value {
        object([("a", a.into()), ("b", b.into())])
    }

    fn check(prior: &Value, config: &Value, planned: &Value, expected: &[&str]) {
        assert_eq!(plan_breaches(&block(), prior, config, planned), expected);
    }

    const NULL: Value = Value::Null;

    #[test]
    fn computed_values_may_be_invented_and_configured_ones_kept_in_their_stored_form() {
        let set = Value::Set(vec![element("x", NULL)]);
        let config = value("A".into(), NULL, "s".into(), set);
        let planned_set = Value::Set(vec![element("x", Value::Unknown)]);
        let prior = value("a".into(), "7".into(), NULL, NULL);
        check(
            &prior,
            &config,
            &value("a".into(), Value::Unknown, NULL, planned_set),
            &[],
        );
    }

    #[test]
    fn other_inventions_are_breaches() {
        let config = value(
            NULL,
            "7".into(),
            "s".into(),
            Value::Set(vec![element("x", NULL)]),
        );
        let set = Value::Set(vec![element("y", NULL)]);
        check(
            &NULL,
            &config,
            &value("n".into(), "8".into(), "s".into(), set),
            &[
                "id: the planned value is neither the configured one nor the stored one",
                "name: a value is planned, but none is configured and it is not computed",
                "secret: a write-only value must be null in the plan",
                "set: a planned element is not a configured one",
            ],
        );
        check(&NULL, &config, &NULL, &["the plan must be an object"]);
    }

    #[test]
    fn a_result_must_be_known_and_as_planned() {
        let planned = value("n".into(), Value::Unknown, NULL, Value::Unknown);
        let good = value("n".into(), "7".into(), NULL, NULL);
        assert_eq!(result_breaches(&planned, &good), [""; 0]);
        let bad = value("m".into(), Value::Unknown, NULL, NULL);
        assert_eq!(
            result_breaches(&planned, &bad),
            [
                "a value is still unknown after the operation",
                "name: the value is not the planned one",
            ]
        );
    }
}
