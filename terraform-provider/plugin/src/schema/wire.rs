//! Schemas in the form Terraform reads.

use super::{
    Attribute, Block, BlockNesting, IdentitySchema, Kind, Mode, NestedBlock, Nesting, Schema,
};
use crate::wire::tfplugin6 as wire;
use wire::schema::nested_block::NestingMode as BlockMode;
use wire::schema::object::NestingMode as ObjectMode;

const MARKDOWN: i32 = wire::StringKind::Markdown as i32;

impl Schema {
    pub(crate) fn to_wire(&self) -> wire::Schema {
        let block = wire::schema::Block {
            version: self.version,
            ..self.block.to_wire()
        };
        wire::Schema {
            version: self.version,
            block: Some(block),
        }
    }
}

impl Block {
    fn to_wire(&self) -> wire::schema::Block {
        wire::schema::Block {
            version: 0,
            attributes: self
                .attributes
                .iter()
                .map(|(name, a)| a.to_wire(name))
                .collect(),
            block_types: self
                .blocks
                .iter()
                .map(|(name, b)| b.to_wire(name))
                .collect(),
            description: self.description.clone(),
            description_kind: MARKDOWN,
            deprecated: self.deprecation.is_some(),
            deprecation_message: self.deprecation.clone().unwrap_or_default(),
        }
    }
}

impl NestedBlock {
    fn to_wire(&self, name: &str) -> wire::schema::NestedBlock {
        let nesting = match self.nesting {
            BlockNesting::Single => BlockMode::Single,
            BlockNesting::Group => BlockMode::Group,
            BlockNesting::List => BlockMode::List,
            BlockNesting::Set => BlockMode::Set,
            BlockNesting::Map => BlockMode::Map,
        };
        wire::schema::NestedBlock {
            type_name: name.to_owned(),
            block: Some(self.block.to_wire()),
            nesting: nesting.into(),
            min_items: self.min_items,
            max_items: self.max_items,
        }
    }
}

impl Attribute {
    fn to_wire(&self, name: &str) -> wire::schema::Attribute {
        let (ty, nested_type) = match &self.kind {
            Kind::Plain(ty) => (ty.to_bytes(), None),
            Kind::Nested(nesting, attributes) => {
                let nesting = match nesting {
                    Nesting::Single => ObjectMode::Single,
                    Nesting::List => ObjectMode::List,
                    Nesting::Set => ObjectMode::Set,
                    Nesting::Map => ObjectMode::Map,
                };
                let attributes = attributes.iter().map(|(name, a)| a.to_wire(name)).collect();
                let object = wire::schema::Object {
                    attributes,
                    nesting: nesting.into(),
                };
                (Vec::new(), Some(object))
            }
        };
        wire::schema::Attribute {
            name: name.to_owned(),
            r#type: ty,
            nested_type,
            description: self.description.clone(),
            description_kind: MARKDOWN,
            required: self.mode == Some(Mode::Required),
            optional: matches!(self.mode, Some(Mode::Optional | Mode::OptionalComputed)),
            computed: self.is_computed(),
            sensitive: self.sensitive,
            write_only: self.write_only,
            deprecated: self.deprecation.is_some(),
            deprecation_message: self.deprecation.clone().unwrap_or_default(),
        }
    }
}

impl IdentitySchema {
    pub(crate) fn to_wire(&self) -> wire::ResourceIdentitySchema {
        use wire::resource_identity_schema::IdentityAttribute;
        let attributes = self
            .attributes
            .iter()
            .map(|(name, attribute)| IdentityAttribute {
                name: name.clone(),
                r#type: attribute.ty.to_bytes(),
                required_for_import: attribute.required_for_import,
                optional_for_import: !attribute.required_for_import,
                description: attribute.description.clone(),
            });
        wire::ResourceIdentitySchema {
            version: self.version,
            identity_attributes: attributes.collect(),
        }
    }
}
