//! Fields that are nested blocks.

use std::ops::Deref;

use super::Model;
use super::data::{Data, read_items};
use crate::attr::Attr;
use crate::schema::{BlockNesting, NestedBlock};
use crate::value::{CodecError, Path, Value};

/// Blocks whose order counts.
#[derive(Clone, Debug, PartialEq)]
pub struct Blocks<M>(pub Vec<M>);

/// Blocks whose order does not count.
#[derive(Clone, Debug, PartialEq)]
pub struct SetBlocks<M>(pub Vec<M>);

/// A block that may stand once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SingleBlock<M>(pub M);

impl<M> Deref for Blocks<M> {
    type Target = [M];

    fn deref(&self) -> &[M] {
        &self.0
    }
}

impl<M> Deref for SetBlocks<M> {
    type Target = [M];

    fn deref(&self) -> &[M] {
        &self.0
    }
}

impl<M> Deref for SingleBlock<M> {
    type Target = M;

    fn deref(&self) -> &M {
        &self.0
    }
}

impl<M: Model> Data for Blocks<M> {
    type Declared = NestedBlock;

    fn declare() -> NestedBlock {
        NestedBlock::new(BlockNesting::List, M::block())
    }

    fn from_value(value: Value, path: &Path) -> Result<Attr<Self>, CodecError> {
        match value {
            Value::Unknown => Ok(Attr::Unknown),
            Value::Null => Ok(Attr::Known(Self(Vec::new()))),
            Value::List(items) => Ok(read_items(items, |index| path.index(index))?.map(Self)),
            _ => Err(CodecError::new(path, "is not a list of blocks")),
        }
    }

    fn into_value(self) -> Value {
        Value::List(self.0.into_iter().map(Data::into_value).collect())
    }

    fn absent() -> Value {
        Value::List(Vec::new())
    }
}

impl<M: Model> Data for SetBlocks<M> {
    type Declared = NestedBlock;

    fn declare() -> NestedBlock {
        NestedBlock::new(BlockNesting::Set, M::block())
    }

    fn from_value(value: Value, path: &Path) -> Result<Attr<Self>, CodecError> {
        match value {
            Value::Unknown => Ok(Attr::Unknown),
            Value::Null => Ok(Attr::Known(Self(Vec::new()))),
            Value::Set(items) => Ok(read_items(items, |_| path.element())?.map(Self)),
            _ => Err(CodecError::new(path, "is not a set of blocks")),
        }
    }

    fn into_value(self) -> Value {
        Value::Set(self.0.into_iter().map(Data::into_value).collect())
    }

    fn absent() -> Value {
        Value::Set(Vec::new())
    }
}

impl<M: Model> Data for SingleBlock<M> {
    type Declared = NestedBlock;

    fn declare() -> NestedBlock {
        NestedBlock::new(BlockNesting::Single, M::block())
    }

    fn from_value(value: Value, path: &Path) -> Result<Attr<Self>, CodecError> {
        Ok(M::from_value(value, path)?.map(Self))
    }

    fn into_value(self) -> Value {
        self.0.into_value()
    }
}
