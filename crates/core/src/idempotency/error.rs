//! Why a request cannot be told from another.

use std::time::Duration;

use crate::ports::StoreError;

/// A twin of a request under way is asked to come back after this.
const TWIN_RETRY: Duration = Duration::from_secs(1);

/// Why a `POST` with an `Idempotency-Key` was refused.
#[derive(Debug, thiserror::Error)]
pub enum RepeatError {
    /// The key was used with another request.
    #[error("this Idempotency-Key was used with another body: use a new key for a new request")]
    KeyReused,
    /// The first request with this key has not finished.
    #[error("a request with this Idempotency-Key is under way: repeat it in a moment")]
    InFlight {
        /// How long to wait.
        retry_after: Duration,
    },
    /// Nothing can be said.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RepeatError {
    pub(crate) fn in_flight() -> Self {
        Self::InFlight {
            retry_after: TWIN_RETRY,
        }
    }
}
