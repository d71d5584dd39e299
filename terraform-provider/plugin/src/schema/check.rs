//! The rules Terraform holds every schema to; one breach fails every command.

use std::collections::BTreeMap;

use super::{Attribute, Block, BlockNesting, Kind, Mode, NestedBlock, Nesting, Schema};
use crate::value::Type;

/// Every breach of a rule, as a sentence that starts with its place.
pub(crate) fn problems(schema: &Schema) -> Vec<String> {
    let mut found = Vec::new();
    if schema.current_version() < 0 {
        found.push("the version of the schema is negative".to_owned());
    }
    check_block(schema.block(), "", false, &mut found);
    found
}

fn check_block(block: &Block, at: &str, in_set: bool, found: &mut Vec<String>) {
    for name in block
        .attributes
        .keys()
        .filter(|name| block.blocks.contains_key(*name))
    {
        found.push(format!("{at}{name}: is both an attribute and a block"));
    }
    check_attributes(&block.attributes, at, in_set, found);
    for (name, nested) in &block.blocks {
        check_name(name, at, found);
        check_items(nested, &format!("{at}{name}"), found);
        let in_set = in_set || nested.nesting == BlockNesting::Set;
        check_block(&nested.block, &format!("{at}{name}."), in_set, found);
        if nested.block.value_type().has_dynamic() && nested.nesting != BlockNesting::Single {
            found.push(format!(
                "{at}{name}: repeated blocks cannot hold dynamic types"
            ));
        }
    }
}

fn check_items(nested: &NestedBlock, at: &str, found: &mut Vec<String>) {
    let (min, max) = (nested.min_items, nested.max_items);
    if min < 0 || max < 0 {
        found.push(format!("{at}: the number of blocks cannot be negative"));
    }
    match nested.nesting {
        BlockNesting::Single if min > 1 || max > 1 => {
            found.push(format!("{at}: a single block has at most one item"));
        }
        BlockNesting::Group | BlockNesting::Map if min != 0 || max != 0 => {
            found.push(format!(
                "{at}: blocks of this nesting have no limits on their number"
            ));
        }
        BlockNesting::List | BlockNesting::Set if max != 0 && min > max => {
            found.push(format!(
                "{at}: the least number of blocks exceeds the greatest"
            ));
        }
        _ => {}
    }
}

fn check_attributes(
    attributes: &BTreeMap<String, Attribute>,
    at: &str,
    in_set: bool,
    found: &mut Vec<String>,
) {
    for (name, attribute) in attributes {
        check_name(name, at, found);
        check_attribute(attribute, &format!("{at}{name}"), in_set, found);
    }
}

fn check_attribute(attribute: &Attribute, at: &str, in_set: bool, found: &mut Vec<String>) {
    let mut problem = |text: &str| found.push(format!("{at}: {text}"));
    match attribute.mode {
        None => problem("must be required, optional or computed"),
        Some(Mode::Computed) if attribute.write_only => {
            problem("a write-only attribute cannot be computed only");
        }
        Some(Mode::Required) if attribute.keep_prior => {
            problem("only a computed attribute can keep its prior value");
        }
        _ => {}
    }
    if attribute.write_only && in_set {
        problem("a write-only attribute cannot stand inside a set");
    }
    if attribute.write_only && attribute.default.is_some() {
        problem("a write-only attribute cannot have a default");
    }
    match &attribute.kind {
        Kind::Plain(ty) => {
            if has_dynamic_element(ty) {
                problem("a collection cannot hold dynamic types");
            }
            if let Type::Set(_) = ty
                && attribute.write_only
            {
                problem("a set cannot be write-only");
            }
        }
        Kind::Nested(nesting, attributes) => {
            if *nesting != Nesting::Single && attribute.value_type().has_dynamic() {
                problem("a collection cannot hold dynamic types");
            }
            let in_set = in_set || *nesting == Nesting::Set;
            check_attributes(attributes, &format!("{at}."), in_set, found);
        }
    }
}

fn has_dynamic_element(ty: &Type) -> bool {
    match ty {
        Type::List(element) | Type::Set(element) | Type::Map(element) => element.has_dynamic(),
        Type::Object(attributes) => attributes.values().any(has_dynamic_element),
        Type::Tuple(elements) => elements.iter().any(has_dynamic_element),
        Type::Bool | Type::Number | Type::String | Type::Dynamic => false,
    }
}

/// From Terraform: `^[a-z0-9_]+$`.
fn check_name(name: &str, at: &str, found: &mut Vec<String>) {
    let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
    if name.is_empty() || !name.bytes().all(allowed) {
        found.push(format!(
            "{at}{name}: a name has only lower-case letters, digits and _"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(block: Block, expected: &[&str]) {
        assert_eq!(Schema::new(block).problems(), expected);
    }

    #[test]
    fn a_sound_schema_has_no_problems() {
        let nested = Block::new().attribute("id", Attribute::string().required());
        check(
            Block::new()
                .attribute("name", Attribute::string().required())
                .nested(
                    "rule",
                    NestedBlock::new(BlockNesting::List, nested).max_items(3),
                ),
            &[],
        );
    }

    #[test]
    fn names_and_modes_are_checked() {
        check(
            Block::new()
                .attribute("Name", Attribute::string().required())
                .attribute("nobody", Attribute::string())
                .attribute("id", Attribute::string().computed().write_only()),
            &[
                "Name: a name has only lower-case letters, digits and _",
                "id: a write-only attribute cannot be computed only",
                "nobody: must be required, optional or computed",
            ],
        );
    }

    #[test]
    fn sets_hold_neither_write_only_nor_dynamic_values() {
        let secret = Attribute::string().optional().write_only();
        check(
            Block::new()
                .attribute(
                    "a",
                    Attribute::nested(Nesting::Set, [("secret", secret)]).optional(),
                )
                .attribute("b", Attribute::of(Type::set(Type::Dynamic)).optional()),
            &[
                "a.secret: a write-only attribute cannot stand inside a set",
                "b: a collection cannot hold dynamic types",
            ],
        );
    }

    #[test]
    fn limits_of_blocks_are_checked() {
        let nested = |nesting| NestedBlock::new(nesting, Block::new());
        check(
            Block::new()
                .nested("a", nested(BlockNesting::List).min_items(3).max_items(2))
                .nested("b", nested(BlockNesting::Single).max_items(2))
                .nested("c", nested(BlockNesting::Map).min_items(1))
                .attribute("a", Attribute::bool().optional()),
            &[
                "a: is both an attribute and a block",
                "a: the least number of blocks exceeds the greatest",
                "b: a single block has at most one item",
                "c: blocks of this nesting have no limits on their number",
            ],
        );
    }
}
