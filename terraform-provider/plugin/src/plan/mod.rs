//! The standard plan, made from the schema alone.

mod pair;
mod replace;
pub(crate) mod rules;
mod settle;
mod walk;

pub(crate) use replace::requires_replace;

use crate::schema::Block;
use crate::value::Value;
use walk::{Descend, walk};

/// Plans a creation (`prior` null) or an update from Terraform's proposal:
/// defaults, then write-only values dropped, then stored elements of sets recognised, then, only if anything changes, every computed value
/// the configuration leaves out becomes unknown, or stays as it is stored if it is kept.
pub(crate) fn standard(block: &Block, prior: &Value, config: &Value, proposed: Value) -> Value {
    let mut planned = proposed;
    fill_defaults(block, &mut planned, config);
    drop_write_only(block, &mut planned);
    settle::settle(block, &mut planned, prior);
    if planned != *prior {
        mark_computed(block, &mut planned, config, prior);
    }
    planned
}

fn fill_defaults(block: &Block, planned: &mut Value, config: &Value) {
    walk(
        block,
        planned,
        Some(config),
        &Value::Null,
        &mut |attribute, planned, config, _| {
            if let (Some(default), Value::Null) = (&attribute.default, config) {
                *planned = default.clone();
                return Descend::No;
            }
            if config.is_null() {
                Descend::No
            } else {
                Descend::Yes
            }
        },
    );
}

fn mark_computed(block: &Block, planned: &mut Value, config: &Value, prior: &Value) {
    walk(
        block,
        planned,
        Some(config),
        prior,
        &mut |attribute, planned, config, prior| {
            if !config.is_null() {
                return Descend::Yes;
            }
            if attribute.is_computed() && attribute.default.is_none() && !attribute.write_only {
                let keep = attribute.keep_prior && !prior.is_null();
                *planned = if keep { prior.clone() } else { Value::Unknown };
            }
            Descend::No
        },
    );
}

/// Makes every write-only value null: none may be stored.
pub(crate) fn drop_write_only(block: &Block, value: &mut Value) {
    walk(
        block,
        value,
        None,
        &Value::Null,
        &mut |attribute, value, _, _| {
            if attribute.write_only {
                *value = Value::Null;
            }
            Descend::Yes
        },
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Attribute, BlockNesting, NestedBlock, Nesting};
    use crate::testing::object;

    fn block() -> Block {
        let rule = [
            ("port", Attribute::number().required()),
            ("proto", Attribute::string().default("tcp")),
            ("rule_id", Attribute::string().computed().keep_prior()),
        ];
        Block::new()
            .attribute("id", Attribute::string().computed().keep_prior())
            .attribute("name", Attribute::string().required())
            .attribute("etag", Attribute::string().computed())
            .attribute("secret", Attribute::string().optional().write_only())
            .attribute("rules", Attribute::nested(Nesting::Set, rule).optional())
            .nested(
                "disk",
                NestedBlock::new(
                    BlockNesting::List,
                    Block::new()
                        .attribute("size", Attribute::number().required())
                        .attribute("path", Attribute::string().optional_computed().keep_prior()),
                ),
            )
    }

    fn rule(port: i64, proto: impl Into<Value>, id: impl Into<Value>) -> Value {
        object([
            ("port", port.into()),
            ("proto", proto.into()),
            ("rule_id", id.into()),
        ])
    }

    fn disk(size: i64, path: impl Into<Value>) -> Value {
        object([("size", size.into()), ("path", path.into())])
    }

    fn whole(
        id: Value,
        name: &str,
        etag: Value,
        secret: Value,
        rules: Value,
        disks: Value,
    ) -> Value {
        object([
            ("id", id),
            ("name", name.into()),
            ("etag", etag),
            ("secret", secret),
            ("rules", rules),
            ("disk", disks),
        ])
    }

    fn null() -> Value {
        Value::Null
    }

    #[test]
    fn a_creation_knows_only_what_was_said() {
        let rules = Value::Set(vec![rule(1, null(), null())]);
        let disks = Value::List(vec![disk(5, null())]);
        let config = whole(null(), "a", null(), "s".into(), rules, disks);
        let planned = standard(&block(), &null(), &config, config.clone());
        let rules = Value::Set(vec![rule(1, "tcp", Value::Unknown)]);
        let disks = Value::List(vec![disk(5, Value::Unknown)]);
        let expected = whole(Value::Unknown, "a", Value::Unknown, null(), rules, disks);
        assert_eq!(planned, expected);
    }

    #[test]
    fn no_change_leaves_everything_as_stored() {
        let rules = Value::Set(vec![rule(1, "tcp", "r1")]);
        let disks = Value::List(vec![disk(5, "/a")]);
        let prior = whole("7".into(), "a", "e1".into(), null(), rules, disks);
        let rules = Value::Set(vec![rule(1, null(), null())]);
        let disks = Value::List(vec![disk(5, null())]);
        let config = whole(null(), "a", null(), "new secret".into(), rules, disks);
        let mut proposed = prior.clone();
        if let Value::Object(proposed) = &mut proposed {
            proposed.insert("secret".to_owned(), "new secret".into());
        }
        assert_eq!(standard(&block(), &prior, &config, proposed), prior);
    }

    #[test]
    fn a_change_keeps_what_is_kept_and_forgets_the_rest() {
        let stored = Value::Set(vec![rule(1, "tcp", "r1")]);
        let prior = whole(
            "7".into(),
            "a",
            "e1".into(),
            null(),
            stored,
            Value::List(vec![disk(5, "/a")]),
        );
        let config_rules = Value::Set(vec![rule(2, null(), null()), rule(1, null(), null())]);
        let config_disks = Value::List(vec![disk(6, null()), disk(5, null())]);
        let config = whole(null(), "b", null(), null(), config_rules, config_disks);
        let proposed_rules = Value::Set(vec![rule(2, null(), null()), rule(1, "tcp", "r1")]);
        let proposed_disks = Value::List(vec![disk(6, "/a"), disk(5, null())]);
        let proposed = whole(
            "7".into(),
            "b",
            "e1".into(),
            null(),
            proposed_rules,
            proposed_disks,
        );
        let planned = standard(&block(), &prior, &config, proposed);
        let rules = Value::Set(vec![rule(2, "tcp", Value::Unknown), rule(1, "tcp", "r1")]);
        let disks = Value::List(vec![disk(6, "/a"), disk(5, Value::Unknown)]);
        assert_eq!(
            planned,
            whole("7".into(), "b", Value::Unknown, null(), rules, disks)
        );
    }
}
