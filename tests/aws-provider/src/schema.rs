//! The extract of the real schema as schemas of the framework.

use std::collections::BTreeMap;

use serde::Deserialize;
use tfplugin::{Attribute, Block, BlockNesting, Mode, NestedBlock, Schema, Type};

/// What `extract.mjs` wrote.
#[derive(Deserialize)]
pub(crate) struct Extract {
    configuration: Body,
    resources: BTreeMap<String, Body>,
    data_sources: BTreeMap<String, Body>,
}

#[derive(Deserialize)]
struct Body {
    attributes: BTreeMap<String, Extracted>,
    blocks: BTreeMap<String, Nested>,
}

#[derive(Deserialize)]
struct Extracted {
    #[serde(rename = "type")]
    ty: serde_json::Value,
    mode: SetBy,
}

#[derive(Deserialize)]
struct Nested {
    nesting: Nesting,
    #[serde(default)]
    min: i64,
    #[serde(default)]
    max: i64,
    #[serde(flatten)]
    body: Body,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum SetBy {
    Required,
    Optional,
    Computed,
    OptionalComputed,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Nesting {
    Single,
    List,
    Set,
}

impl Extract {
    /// The extract that is part of this program.
    ///
    /// # Errors
    /// If it is not what `extract.mjs` writes.
    pub(crate) fn read() -> serde_json::Result<Self> {
        serde_json::from_str(include_str!("../schema.json"))
    }

    /// The schema of the `provider` block.
    pub(crate) fn configuration(&self) -> Schema {
        Schema::new(block(&self.configuration, &[]))
    }

    /// The schema of a resource; a change of an attribute in `replaced_by` makes another object.
    pub(crate) fn resource(&self, name: &str, replaced_by: &[&str]) -> Option<Schema> {
        let body = self.resources.get(name)?;
        Some(Schema::new(block(body, replaced_by)))
    }

    /// The schema of a data source.
    pub(crate) fn data_source(&self, name: &str) -> Option<Schema> {
        Some(Schema::new(block(self.data_sources.get(name)?, &[])))
    }
}

fn block(body: &Body, replaced_by: &[&str]) -> Block {
    let mut block = Block::new();
    for (name, extracted) in &body.attributes {
        let mut attribute = attribute(extracted);
        if replaced_by.contains(&name.as_str()) {
            attribute = attribute.requires_replace();
        }
        block = block.attribute(name, attribute);
    }
    for (name, nested) in &body.blocks {
        let nesting = match nested.nesting {
            Nesting::Single => BlockNesting::Single,
            Nesting::List => BlockNesting::List,
            Nesting::Set => BlockNesting::Set,
        };
        let inner = NestedBlock::new(nesting, self::block(&nested.body, &[]));
        block = block.nested(name, inner.min_items(nested.min).max_items(nested.max));
    }
    block
}

/// An attribute; a type that cannot be read is one that takes anything, which the schema's test finds.
fn attribute(extracted: &Extracted) -> Attribute {
    let ty = Type::from_json(&extracted.ty).unwrap_or(Type::Dynamic);
    let attribute = Attribute::of(ty);
    match extracted.mode {
        SetBy::Required => attribute.mode(Mode::Required),
        SetBy::Optional => attribute.mode(Mode::Optional),
        SetBy::Computed => attribute.mode(Mode::Computed).keep_prior(),
        SetBy::OptionalComputed => attribute.mode(Mode::OptionalComputed).keep_prior(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_attribute_has_a_type_and_who_sets_it() {
        let extract = Extract::read().unwrap();
        let names = extract.resources.keys();
        let resources = names.map(|name| extract.resource(name, &[]).unwrap());
        let names = extract.data_sources.keys();
        let sources = names.map(|name| extract.data_source(name).unwrap());
        for schema in resources.chain(sources).chain([extract.configuration()]) {
            assert!(!schema.value_type().has_dynamic());
        }
    }

    #[test]
    fn the_extract_knows_what_must_be_given_and_how_often() {
        let extract = Extract::read().unwrap();
        let schema = extract.resource("aws_dynamodb_table", &["name"]).unwrap();
        let block = schema.block();
        assert_eq!(block.attributes()["name"].set_by(), Some(Mode::Required));
        assert_eq!(block.attributes()["arn"].set_by(), Some(Mode::Computed));
        assert_eq!(block.blocks()["attribute"].nesting(), BlockNesting::Set);
        assert_eq!(block.blocks()["timeouts"].nesting(), BlockNesting::Single);
    }
}
