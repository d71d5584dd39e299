//! The two types that are always there.

use std::collections::BTreeMap;

use crate::definition::{Attribute, Block, Definition, Kind};

/// How deep the complex type nests.
const DEPTH: usize = 3;

/// `tfcoremock_simple_resource`: one attribute of each simple type.
pub(crate) fn simple() -> Definition {
    Definition {
        description: "Has an optional attribute of each simple type.".to_owned(),
        attributes: primitives(),
        blocks: BTreeMap::new(),
    }
}

/// `tfcoremock_complex_resource`: everything inside everything, three levels deep.
pub(crate) fn complex() -> Definition {
    Definition {
        description: "Has attributes and blocks of every kind, nested in each other.".to_owned(),
        attributes: attributes(DEPTH),
        blocks: blocks(DEPTH),
    }
}

fn primitives() -> BTreeMap<String, Attribute> {
    [
        ("bool", Kind::Boolean, "An optional boolean."),
        ("number", Kind::Number, "An optional number, whole or not."),
        ("string", Kind::String, "An optional string."),
        ("float", Kind::Float, "An optional floating point number."),
        ("integer", Kind::Integer, "An optional whole number."),
    ]
    .into_iter()
    .map(|(name, kind, text)| (name.to_owned(), Attribute::optional(kind, text)))
    .collect()
}

fn attributes(depth: usize) -> BTreeMap<String, Attribute> {
    let mut all = primitives();
    if depth > 0 {
        let object = || Kind::Object(attributes(depth - 1));
        let element = || Box::new(Attribute::optional(object(), ""));
        for (name, kind, text) in [
            (
                "list",
                Kind::List(element()),
                "An optional list of objects.",
            ),
            ("set", Kind::Set(element()), "An optional set of objects."),
            ("map", Kind::Map(element()), "An optional map of objects."),
            ("object", object(), "An optional object."),
        ] {
            all.insert(name.to_owned(), Attribute::optional(kind, text));
        }
    }
    all
}

fn blocks(depth: usize) -> BTreeMap<String, Block> {
    if depth == 0 {
        return BTreeMap::new();
    }
    [
        ("list_block", false, "A list of blocks."),
        ("set_block", true, "A set of blocks."),
    ]
    .into_iter()
    .map(|(name, set, text)| {
        let body = Definition {
            description: text.to_owned(),
            attributes: attributes(depth - 1),
            blocks: blocks(depth - 1),
        };
        (name.to_owned(), Block { set, body })
    })
    .collect()
}
