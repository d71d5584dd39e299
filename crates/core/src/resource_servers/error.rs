//! Why a call about resource servers was refused.

use std::time::Duration;

use m2m_types::audience::Audience;
use m2m_types::problem::FieldError;
use m2m_types::scope::Scope;

use crate::caller::InsufficientScope;
use crate::idempotency::RepeatError;
use crate::ports::StoreError;

/// Why a call about resource servers was refused. The caller has authenticated, so the texts say what to do.
#[derive(Debug, thiserror::Error)]
pub enum ResourceServersError {
    /// The token lacks a scope.
    #[error(transparent)]
    InsufficientScope(#[from] InsufficientScope),
    /// There is none with that id.
    #[error("there is no such resource server")]
    NotFound,
    /// Another resource server, or the management API, has the identifier.
    #[error(
        "the identifier is taken by another resource server: change that one, or choose another identifier"
    )]
    IdentifierTaken,
    /// Another resource server, or the management API, has the scope.
    #[error("the scope {scope} belongs to {owner}: a scope is one resource server's")]
    ScopeTaken {
        /// Which scope.
        scope: Scope,
        /// Whose it is.
        owner: Audience,
    },
    /// There are as many as there may be.
    #[error("there are {MAX_SERVERS} resource servers, and no more can be: delete one first")]
    LimitReached,
    /// It has another revision than the caller expects.
    #[error(
        "the resource server has been changed since you read it: read it again and repeat the change"
    )]
    PreconditionFailed,
    /// A replace must say what it replaces.
    #[error("a replace needs If-Match with the ETag of the resource server as you read it")]
    PreconditionRequired,
    /// Others kept changing the catalog faster.
    #[error("others are changing resource servers at the same time: repeat the change in a moment")]
    Contended {
        /// How long to wait.
        retry_after: Duration,
    },
    /// It cannot be told from another request.
    #[error(transparent)]
    Repeat(#[from] RepeatError),
    /// Fields are wrong.
    #[error("the request has wrong fields")]
    Invalid(Vec<FieldError>),
    /// The cursor is not one that this service gave for this list, or it is too old.
    #[error("the cursor is not valid for this list, or older than a day: start again without it")]
    InvalidCursor,
    /// Nothing can be said.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How many resource servers there may be.
pub(super) const MAX_SERVERS: usize = 500;
