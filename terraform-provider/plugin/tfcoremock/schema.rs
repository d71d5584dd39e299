//! Definitions as schemas of the framework.

use std::collections::BTreeMap;

use tfplugin::{
    Attribute, Block, BlockNesting, Mode, NestedBlock, Nesting, Schema, Type, Value, validator,
};

use crate::definition::{self, Definition, Kind};

/// What the schema is for: a data source only reports.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Resource,
    DataSource,
}

/// The schema of a type, with the `id` that every type has.
pub(crate) fn schema(definition: &Definition, purpose: Purpose) -> Schema {
    let id = match purpose {
        Purpose::Resource => Attribute::string()
            .optional_computed()
            .keep_prior()
            .requires_replace(),
        Purpose::DataSource => Attribute::string().required(),
    };
    let body = block(definition, purpose).describe(definition.description.clone());
    Schema::new(body.attribute("id", id))
}

fn block(definition: &Definition, purpose: Purpose) -> Block {
    let mut body = Block::new();
    for (name, attribute) in &definition.attributes {
        body = body.attribute(name, convert(attribute, purpose));
    }
    for (name, nested) in &definition.blocks {
        let nesting = if nested.set {
            BlockNesting::Set
        } else {
            BlockNesting::List
        };
        let inner = block(&nested.body, purpose);
        let nested = NestedBlock::new(nesting, inner).describe(nested.body.description.clone());
        body = body.nested(name, nested);
    }
    body
}

fn convert(attribute: &definition::Attribute, purpose: Purpose) -> Attribute {
    let object = |attributes: &BTreeMap<String, definition::Attribute>, nesting| {
        let inner = attributes
            .iter()
            .map(|(name, inner)| (name.clone(), convert(inner, purpose)));
        Attribute::nested(nesting, inner)
    };
    let plain = || Attribute::of(value_type(attribute));
    let nested = !attribute.skip_nested_metadata;
    let converted = match &attribute.kind {
        Kind::Object(attributes) if nested => object(attributes, Nesting::Single),
        Kind::List(element) if nested => match &element.kind {
            Kind::Object(attributes) => object(attributes, Nesting::List),
            _ => plain(),
        },
        Kind::Set(element) if nested => match &element.kind {
            Kind::Object(attributes) => object(attributes, Nesting::Set),
            _ => plain(),
        },
        Kind::Map(element) if nested => match &element.kind {
            Kind::Object(attributes) => object(attributes, Nesting::Map),
            _ => plain(),
        },
        Kind::Integer => plain().validate(validator(|value| match value {
            Value::Number(number) if number.as_i64().is_none() => {
                Err("Expected a whole number of 64 bits.".to_owned())
            }
            _ => Ok(()),
        })),
        _ => plain(),
    };
    with_properties(
        converted.describe(attribute.description.clone()),
        attribute,
        purpose,
    )
}

fn with_properties(
    mut converted: Attribute,
    attribute: &definition::Attribute,
    purpose: Purpose,
) -> Attribute {
    if attribute.sensitive {
        converted = converted.sensitive();
    }
    if purpose == Purpose::DataSource {
        return converted.computed();
    }
    if attribute.computed {
        converted = converted.keep_prior();
    }
    if attribute.replace {
        converted = converted.requires_replace();
    }
    match (attribute.required, attribute.optional, attribute.computed) {
        (true, _, _) => converted.mode(Mode::Required),
        (false, true, false) => converted.mode(Mode::Optional),
        (false, true, true) => converted.mode(Mode::OptionalComputed),
        (false, false, true) => converted.mode(Mode::Computed),
        // The framework reports it.
        (false, false, false) => converted,
    }
}

/// The type of the values of an attribute.
pub(crate) fn value_type(attribute: &definition::Attribute) -> Type {
    match &attribute.kind {
        Kind::Boolean => Type::Bool,
        Kind::Float | Kind::Integer | Kind::Number => Type::Number,
        Kind::String => Type::String,
        Kind::List(element) => Type::list(value_type(element)),
        Kind::Set(element) => Type::set(value_type(element)),
        Kind::Map(element) => Type::map(value_type(element)),
        Kind::Object(attributes) => Type::object(
            attributes
                .iter()
                .map(|(name, inner)| (name.clone(), value_type(inner))),
        ),
    }
}
