//! Why a call about owners or organizations was refused.

use m2m_types::problem::FieldError;

use crate::caller::InsufficientScope;
use crate::ports::{StoreError, WriteOutcome};

/// Why a call about owners or organizations was refused. The caller has authenticated, so the texts say what to do.
#[derive(Debug, thiserror::Error)]
pub enum PrincipalsError {
    /// The caller lacks a scope, or would grant what it does not hold.
    #[error(transparent)]
    InsufficientScope(#[from] InsufficientScope),
    /// There is none, or none that the caller may see.
    #[error("there is no such owner or organization among those that you manage")]
    NotFound,
    /// It is not as the caller expects.
    #[error(
        "it has been changed since you read it, or exists already: read it and repeat the change"
    )]
    PreconditionFailed,
    /// A `PUT` must say what it replaces.
    #[error("send If-Match with the ETag that you read, or If-None-Match: * to make a new one")]
    PreconditionRequired,
    /// A field is wrong.
    #[error("the request has a wrong field")]
    Invalid(FieldError),
    /// Nothing can be said.
    #[error(transparent)]
    Store(#[from] StoreError),
}

pub(super) fn invalid(pointer: &str, detail: &str) -> PrincipalsError {
    PrincipalsError::Invalid(FieldError::new(pointer, detail))
}

/// A write that somebody else was faster than is a precondition that does not hold.
pub(super) fn written(outcome: WriteOutcome) -> Result<(), PrincipalsError> {
    match outcome {
        WriteOutcome::Written => Ok(()),
        WriteOutcome::ChangedMeanwhile => Err(PrincipalsError::PreconditionFailed),
    }
}
