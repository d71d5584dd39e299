//! Schemas: what may stand in a configuration and what is stored of it.

mod attribute;
mod block;
pub(crate) mod check;
mod identity;
mod validator;
mod wire;

pub use attribute::{Attribute, Kind, Mode, Nesting};
pub use block::{Block, BlockNesting, Member, NestedBlock};
pub use identity::{IdentityAttribute, IdentitySchema};
pub(crate) use validator::validate;
pub use validator::{Validator, length, one_of, range, validator};

use crate::model::Model;
use crate::value::Type;

/// The shape of an object, with the version of its stored form.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    version: i64,
    block: Block,
}

impl Schema {
    /// Version 0 of the schema whose body is `block`.
    #[must_use]
    pub fn new(block: Block) -> Self {
        Self { version: 0, block }
    }

    /// The schema a model declares.
    #[must_use]
    pub fn of<M: Model>() -> Self {
        Self::new(M::block())
    }

    /// The same schema with another version; raise it together with an upgrade of old states.
    #[must_use]
    pub fn version(mut self, version: i64) -> Self {
        self.version = version;
        self
    }

    /// The version of the stored form.
    #[must_use]
    pub fn current_version(&self) -> i64 {
        self.version
    }

    /// The attributes and blocks.
    #[must_use]
    pub fn block(&self) -> &Block {
        &self.block
    }

    /// The type of its values.
    #[must_use]
    pub fn value_type(&self) -> Type {
        self.block.value_type()
    }

    /// What Terraform would refuse in this schema: one sentence for each mistake.
    #[must_use]
    pub fn problems(&self) -> Vec<String> {
        check::problems(self)
    }
}
