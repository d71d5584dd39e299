//! The traits of a provider without their types: what the server works with.

mod data_source;
mod ephemeral;
mod provider;
mod resource;

pub(crate) use data_source::AnyDataSource;
pub(crate) use ephemeral::AnyEphemeral;
pub(crate) use provider::AnyProvider;
pub(crate) use resource::{AnyResource, Applied, PlanInput, Planned};

/// A provider, resource, data source or ephemeral resource whose model is no longer visible.
pub(crate) struct Erased<T>(pub(crate) T);

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::model::{self, Model};
use crate::value::Value;

/// Reads a model that must exist.
fn model<M: Model>(value: Value) -> Result<M, Diagnostics> {
    model::read(value)?.ok_or_else(|| {
        Diagnostic::error(
            "Terraform sent no object",
            "An object was expected, null came.",
        )
        .into()
    })
}
