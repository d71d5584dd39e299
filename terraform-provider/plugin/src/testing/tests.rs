use super::proposed::{proposed, whole};
use super::*;
use crate::schema::{Attribute, Block, BlockNesting, NestedBlock, Nesting};

fn block() -> Block {
    let item = [
        ("key", Attribute::string().required()),
        ("id", Attribute::string().computed()),
    ];
    Block::new()
        .attribute("id", Attribute::string().computed())
        .attribute("note", Attribute::string().optional())
        .attribute(
            "set",
            Attribute::nested(Nesting::Set, item.clone()).optional(),
        )
        .nested(
            "rule",
            NestedBlock::new(
                BlockNesting::List,
                Block::new()
                    .with("key", item[0].1.clone())
                    .with("id", item[1].1.clone()),
            ),
        )
}

fn item(key: &str, id: impl Into<Value>) -> Value {
    object([("key", key.into()), ("id", id.into())])
}

#[test]
fn what_is_left_out_of_a_configuration_is_null_or_no_blocks() {
    let expected = object([
        ("id", Value::Null),
        ("note", "n".into()),
        ("set", Value::Null),
        ("rule", Value::List(Vec::new())),
    ]);
    assert_eq!(whole(&block(), &object([("note", "n".into())])), expected);
}

#[test]
fn computed_values_are_proposed_again_also_inside_collections() {
    let value = |id: Value, set, rule| {
        object([
            ("id", id),
            ("note", Value::Null),
            ("set", set),
            ("rule", rule),
        ])
    };
    let prior = value(
        "1".into(),
        Value::Set(vec![item("a", "ia"), item("b", "ib")]),
        Value::List(vec![item("a", "ra")]),
    );
    let config = value(
        Value::Null,
        Value::Set(vec![item("b", Value::Null), item("c", Value::Null)]),
        Value::List(vec![item("x", Value::Null), item("y", Value::Null)]),
    );
    let expected = value(
        "1".into(),
        Value::Set(vec![item("b", "ib"), item("c", Value::Null)]),
        Value::List(vec![item("x", "ra"), item("y", Value::Null)]),
    );
    assert_eq!(proposed(&block(), &prior, &config), expected);
}
