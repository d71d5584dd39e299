//! Why a call about API access tokens was refused.

use std::time::Duration;

use m2m_types::problem::FieldError;

use super::MAX_PER_OWNER;
use crate::caller::InsufficientScope;
use crate::idempotency::RepeatError;
use crate::ports::StoreError;

/// Why a call about API access tokens was refused. The caller has authenticated, so the texts say what to do.
#[derive(Debug, thiserror::Error)]
pub enum ApiTokensError {
    /// The caller lacks a scope, or the token would be or is stronger than the caller.
    #[error(transparent)]
    InsufficientScope(#[from] InsufficientScope),
    /// There is no such token among the caller's.
    #[error("there is no such API access token among yours, or its time is over")]
    NotFound,
    /// The owner has as many as it may.
    #[error("you have {MAX_PER_OWNER} API access tokens, and no more can be: delete one first")]
    LimitReached,
    /// It has another revision than the caller expects.
    #[error(
        "the API access token has been changed since you read it: read it again and repeat the change"
    )]
    PreconditionFailed,
    /// Others kept writing faster.
    #[error(
        "others are making or changing API access tokens of yours at the same time: repeat the request in a moment"
    )]
    Contended {
        /// How long to wait.
        retry_after: Duration,
    },
    /// Fields are wrong.
    #[error("the request has wrong fields")]
    Invalid(Vec<FieldError>),
    /// The cursor is not one that this service gave this caller for this list, or it is too old.
    #[error("the cursor is not valid for this list, or older than a day: start again without it")]
    InvalidCursor,
    /// The request cannot be told from another with the same `Idempotency-Key`.
    #[error(transparent)]
    Repeat(#[from] RepeatError),
    /// Nothing can be said.
    #[error(transparent)]
    Store(#[from] StoreError),
}
