//! Typed objects: one declaration gives the struct, its schema and the conversions.

mod blocks;
mod data;
mod macros;

pub use blocks::{Blocks, SetBlocks, SingleBlock};
pub use data::{Data, Set};
#[doc(hidden)]
pub use macros::{description, field_name, put, take};

use crate::schema::{Attribute, Block, Nesting};
use crate::value::{CodecError, Object, Path, Value};

/// A struct that mirrors a block of a schema; declare it with [`model!`](crate::model).
pub trait Model: Clone + Default + Send + Sync + 'static {
    /// The attributes and blocks.
    fn block() -> Block;

    /// Reads the struct from the attributes of an object at `path`.
    ///
    /// # Errors
    /// If a value is not of the type its field has.
    fn from_object(object: Object, path: &Path) -> Result<Self, CodecError>;

    /// The attributes of the struct.
    fn into_object(self) -> Object;
}

/// A model without attributes, for what needs no configuration.
impl Model for () {
    fn block() -> Block {
        Block::new()
    }

    fn from_object(_object: Object, _path: &Path) -> Result<Self, CodecError> {
        Ok(())
    }

    fn into_object(self) -> Object {
        Object::new()
    }
}

/// An object whose schema is only known at run time; its resource overrides `schema`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dynamic(pub Object);

impl Model for Dynamic {
    fn block() -> Block {
        Block::new()
    }

    fn from_object(object: Object, _path: &Path) -> Result<Self, CodecError> {
        Ok(Self(object))
    }

    fn into_object(self) -> Object {
        self.0
    }
}

/// The attribute that holds one object of the model.
fn nested_attribute<M: Model>() -> Attribute {
    let block = M::block();
    // A block has no place in a nested attribute: the schema check finds the doubled name.
    let blocks = block.blocks.into_iter().map(|(name, nested)| {
        let attribute = Attribute::of(nested.value_type());
        (name, attribute)
    });
    Attribute::nested(Nesting::Single, block.attributes.into_iter().chain(blocks))
}

/// Reads a model from a whole object; `None` for null.
pub(crate) fn read<M: Model>(value: Value) -> Result<Option<M>, CodecError> {
    match value {
        Value::Null => Ok(None),
        Value::Object(object) => M::from_object(object, &Path::root()).map(Some),
        _ => Err(CodecError::new(&Path::root(), "is not an object")),
    }
}
