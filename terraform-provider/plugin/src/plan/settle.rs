//! Recognises elements of sets that are still what is stored.
//!
//! Terraform proposes the stored element for a configured one that says the same. It cannot look
//! into a set within an element, nor into a computed one: such an element it proposes as it is
//! configured, without its computed values, and every plan would show a change.

use std::collections::BTreeMap;

use crate::schema::{Attribute, Block, Kind, NestedBlock};
use crate::value::Value;

const NULL: &Value = &Value::Null;

/// Puts stored elements of sets in the place of proposed ones that differ from them only in
/// computed values nobody configured.
pub(super) fn settle(block: &Block, planned: &mut Value, prior: &Value) {
    settle_object(Body::from(block), planned, prior);
}

/// What an object consists of; the objects of a nested attribute have no blocks.
#[derive(Clone, Copy)]
struct Body<'a> {
    attributes: &'a BTreeMap<String, Attribute>,
    blocks: Option<&'a BTreeMap<String, NestedBlock>>,
}

impl<'a> From<&'a Block> for Body<'a> {
    fn from(block: &'a Block) -> Self {
        Self {
            attributes: &block.attributes,
            blocks: Some(&block.blocks),
        }
    }
}

impl<'a> Body<'a> {
    fn of(attribute: &'a Attribute) -> Option<Self> {
        match &attribute.kind {
            Kind::Nested(_, attributes) => Some(Self {
                attributes,
                blocks: None,
            }),
            Kind::Plain(_) => None,
        }
    }

    /// The names that hold objects, and what those consist of.
    fn parts(self) -> impl Iterator<Item = (&'a String, Body<'a>)> {
        let attributes = self.attributes.iter();
        let blocks = self.blocks.into_iter().flatten();
        attributes
            .filter_map(|(name, attribute)| Some((name, Body::of(attribute)?)))
            .chain(blocks.map(|(name, nested)| (name, Body::from(&nested.block))))
    }
}

fn settle_object(body: Body<'_>, planned: &mut Value, prior: &Value) {
    let Value::Object(object) = planned else {
        return;
    };
    for (name, inner) in body.parts() {
        let prior = prior.attribute(name);
        match object.get_mut(name) {
            Some(planned) if !prior.is_null() => settle_part(inner, planned, prior),
            _ => {}
        }
    }
}

fn settle_part(body: Body<'_>, planned: &mut Value, prior: &Value) {
    match (planned, prior) {
        (planned @ Value::Object(_), prior) => settle_object(body, planned, prior),
        (Value::List(items), Value::List(before)) => {
            for (item, before) in items.iter_mut().zip(before) {
                settle_object(body, item, before);
            }
        }
        (Value::Map(items), Value::Map(before)) => {
            for (key, item) in items {
                settle_object(body, item, before.get(key).unwrap_or(NULL));
            }
        }
        (Value::Set(items), Value::Set(before)) => settle_set(body, items, before),
        _ => {}
    }
}

fn settle_set(body: Body<'_>, items: &mut [Value], before: &[Value]) {
    let mut free: Vec<&Value> = before.iter().filter(|old| !items.contains(old)).collect();
    let mut new: Vec<&mut Value> = items
        .iter_mut()
        .filter(|item| !before.contains(item))
        .collect();
    // Of two that fit a stored one, it is the one that says more.
    new.sort_by_key(|item| std::cmp::Reverse(said(item)));
    for item in new {
        if let Some(position) = free.iter().position(|old| is_still(body, item, old)) {
            *item = free.swap_remove(position).clone();
        }
    }
}

/// How many values there are in a value.
fn said(value: &Value) -> usize {
    match value {
        Value::Null => 0,
        Value::Object(items) | Value::Map(items) => items.values().map(said).sum(),
        Value::List(items) | Value::Set(items) => items.iter().map(said).sum(),
        _ => 1,
    }
}

/// True if the proposed object is the stored one, but for computed values it does not hold.
fn is_still(body: Body<'_>, planned: &Value, stored: &Value) -> bool {
    if planned.as_object().is_none() || stored.as_object().is_none() {
        return planned == stored;
    }
    let attributes = body.attributes.iter().all(|(name, attribute)| {
        let (planned, stored) = (planned.attribute(name), stored.attribute(name));
        let open = attribute.is_computed() && attribute.default.is_none();
        (open && planned.is_null())
            || match Body::of(attribute) {
                Some(inner) => are_still(inner, planned, stored),
                None => planned == stored,
            }
    });
    let mut blocks = body.blocks.into_iter().flatten();
    attributes
        && blocks.all(|(name, nested)| {
            let body = Body::from(&nested.block);
            are_still(body, planned.attribute(name), stored.attribute(name))
        })
}

fn are_still(body: Body<'_>, planned: &Value, stored: &Value) -> bool {
    match (planned, stored) {
        (Value::List(planned), Value::List(stored)) => {
            let mut pairs = planned.iter().zip(stored);
            planned.len() == stored.len() && pairs.all(|(a, b)| is_still(body, a, b))
        }
        (Value::Map(planned), Value::Map(stored)) => {
            let mut pairs = planned.values().zip(stored.values());
            planned.keys().eq(stored.keys()) && pairs.all(|(a, b)| is_still(body, a, b))
        }
        (Value::Set(planned), Value::Set(stored)) => {
            let mut settled = planned.clone();
            settle_set(body, &mut settled, stored);
            Value::Set(settled) == Value::Set(stored.clone())
        }
        (planned, stored) => is_still(body, planned, stored),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{BlockNesting, Nesting};
    use crate::testing::object;

    /// A set of rules, each with a set of ports; the service gives both their numbers.
    fn attributes() -> Block {
        let port = [
            ("port", Attribute::number().required()),
            ("label", Attribute::string().optional_computed()),
            ("number", Attribute::number().computed()),
        ];
        let rule = [
            ("name", Attribute::string().required()),
            ("note", Attribute::string().optional()),
            ("number", Attribute::number().computed()),
            ("ports", Attribute::nested(Nesting::Set, port).optional()),
        ];
        Block::new().attribute("rules", Attribute::nested(Nesting::Set, rule).optional())
    }

    fn port(port: i64, label: impl Into<Value>, number: impl Into<Value>) -> Value {
        object([
            ("port", port.into()),
            ("label", label.into()),
            ("number", number.into()),
        ])
    }

    fn rule(name: &str, note: impl Into<Value>, number: Value, ports: &[Value]) -> Value {
        object([
            ("name", name.into()),
            ("note", note.into()),
            ("number", number),
            ("ports", Value::Set(ports.to_vec())),
        ])
    }

    fn check(prior: &[Value], proposed: &[Value], expected: &[Value]) {
        let whole = |items: &[Value]| object([("rules", Value::Set(items.to_vec()))]);
        let mut planned = whole(proposed);
        settle(&attributes(), &mut planned, &whole(prior));
        assert_eq!(planned, whole(expected));
    }

    const OPEN: Value = Value::Null;

    #[test]
    fn an_element_that_says_nothing_new_is_the_stored_one() {
        let stored = [
            rule("a", OPEN, 1.into(), &[port(80, "web", 3), port(81, "x", 4)]),
            rule("b", "n", 2.into(), &[]),
        ];
        let proposed = [
            rule("b", "n", OPEN, &[]),
            rule(
                "a",
                OPEN,
                OPEN,
                &[port(81, OPEN, OPEN), port(80, OPEN, OPEN)],
            ),
        ];
        check(&stored, &proposed, &stored);
    }

    #[test]
    fn an_element_that_says_something_new_stays_as_it_is_proposed() {
        let stored = [rule("a", "n", 1.into(), &[port(80, "web", 3)])];
        for new in [
            rule("b", "n", OPEN, &[port(80, OPEN, OPEN)]),
            rule("a", OPEN, OPEN, &[port(80, OPEN, OPEN)]),
            rule("a", "n", OPEN, &[port(80, "other", OPEN)]),
            rule(
                "a",
                "n",
                OPEN,
                &[port(80, OPEN, OPEN), port(81, OPEN, OPEN)],
            ),
            rule("a", "n", OPEN, &[port(80, Value::Unknown, OPEN)]),
            rule("a", "n", OPEN, &[]),
        ] {
            check(
                &stored,
                std::slice::from_ref(&new),
                std::slice::from_ref(&new),
            );
        }
    }

    #[test]
    fn every_stored_element_is_taken_once_and_first_by_who_says_most() {
        let ports = |label| [port(80, label, 1), port(81, "x", 2)];
        let stored = [
            rule("a", OPEN, 1.into(), &ports("chosen")),
            rule("a", OPEN, 2.into(), &ports("given")),
        ];
        let open = [port(80, OPEN, OPEN), port(81, OPEN, OPEN)];
        let chosen = [port(80, "chosen", OPEN), port(81, OPEN, OPEN)];
        let proposed = [rule("a", OPEN, OPEN, &open), rule("a", OPEN, OPEN, &chosen)];
        check(&stored, &proposed, &stored);
        let one = [stored[0].clone()];
        let left = [rule("a", OPEN, OPEN, &open), stored[0].clone()];
        check(&one, &proposed, &left);
    }

    #[test]
    fn blocks_in_blocks_are_recognised_and_defaults_are_not_open() {
        let rule = Block::new()
            .attribute("port", Attribute::number().required())
            .attribute("proto", Attribute::string().default("tcp"))
            .attribute("number", Attribute::number().computed());
        let group = Block::new()
            .attribute("name", Attribute::string().required())
            .nested("rule", NestedBlock::new(BlockNesting::Set, rule));
        let block = Block::new().nested("group", NestedBlock::new(BlockNesting::Set, group));
        let whole = |proto: &str, number: Value| {
            let rule = object([
                ("port", 1.into()),
                ("proto", proto.into()),
                ("number", number),
            ]);
            let group = object([("name", "g".into()), ("rule", Value::Set(vec![rule]))]);
            object([("group", Value::Set(vec![group]))])
        };
        let stored = whole("tcp", 7.into());
        let mut planned = whole("tcp", OPEN);
        settle(&block, &mut planned, &stored);
        assert_eq!(planned, stored);
        let mut planned = whole("udp", OPEN);
        settle(&block, &mut planned, &stored);
        assert_eq!(planned, whole("udp", OPEN));
    }
}
