#![doc = include_str!("../README.md")]
#![cfg(unix)]

mod attr;
mod call;
mod data_source;
mod diagnostic;
mod ephemeral;
mod erased;
mod function;
mod log;
mod model;
mod plan;
mod plugin;
mod private;
mod provider;
mod resource;
mod schema;
mod secret;
mod server;
pub mod testing;
mod value;
mod wire;

pub use async_trait::async_trait;
pub use attr::Attr;
pub use call::{Call, Deferral};
pub use data_source::{DataSource, Found};
pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use ephemeral::{EphemeralResource, Opened, Renewed};
pub use function::{Function, FunctionError, Parameter, Signature};
pub use model::{Blocks, Data, Dynamic, Model, Set, SetBlocks, SingleBlock};
pub use plugin::serve;
pub use private::Private;
pub use provider::{Configured, Provider, Registry};
pub use resource::{Create, Delete, Import, JsonObject, Move, Plan, Read, Resource, State, Update};
pub use schema::{
    Attribute, Block, BlockNesting, IdentityAttribute, IdentitySchema, Kind, Member, Mode,
    NestedBlock, Nesting, Schema, Validator, length, one_of, range, validator,
};
pub use secret::Secret;
pub use value::{CodecError, Number, NumberError, Object, Path, Step, Type, Value};

/// What the expansion of [`model!`] calls; no part of the interface.
#[doc(hidden)]
pub mod __private {
    pub use crate::model::{description, field_name, put, take};
}
