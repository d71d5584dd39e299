//! Something served, with its schema made once and only when it is needed.

use std::sync::{Arc, OnceLock};

use crate::erased::{AnyDataSource, AnyEphemeral, AnyProvider, AnyResource};
use crate::schema::{Block, Schema};
use crate::value::Type;

pub(crate) struct Served<T: ?Sized> {
    pub(crate) item: Arc<T>,
    shape: OnceLock<Shape>,
}

/// A schema and the type of its values.
pub(crate) struct Shape {
    pub(crate) schema: Schema,
    pub(crate) ty: Type,
}

impl Shape {
    pub(crate) fn block(&self) -> &Block {
        self.schema.block()
    }
}

pub(crate) trait HasSchema {
    fn schema(&self) -> Schema;
}

impl HasSchema for dyn AnyProvider {
    fn schema(&self) -> Schema {
        AnyProvider::schema(self)
    }
}

impl HasSchema for dyn AnyResource {
    fn schema(&self) -> Schema {
        AnyResource::schema(self)
    }
}

impl HasSchema for dyn AnyDataSource {
    fn schema(&self) -> Schema {
        AnyDataSource::schema(self)
    }
}

impl HasSchema for dyn AnyEphemeral {
    fn schema(&self) -> Schema {
        AnyEphemeral::schema(self)
    }
}

impl<T: ?Sized> Served<T> {
    pub(crate) fn new(item: Arc<T>) -> Self {
        Self {
            item,
            shape: OnceLock::new(),
        }
    }
}

impl<T: HasSchema + ?Sized> Served<T> {
    pub(crate) fn shape(&self) -> &Shape {
        self.shape.get_or_init(|| {
            let schema = self.item.schema();
            let ty = schema.value_type();
            Shape { schema, ty }
        })
    }
}
