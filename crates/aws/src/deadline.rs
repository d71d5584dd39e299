//! How long a port takes at most.

use std::time::Duration;

use m2m_core::ports::StoreError;
use tokio::time::timeout;

use crate::failure::Store;

/// The longest that a method of a port takes, with all its calls and their repetitions. The gateway
/// gives up after 29 seconds, and a request asks a port a handful of times.
pub(crate) const DEADLINE: Duration = Duration::from_secs(5);

/// Fails when the time is up. What was sent by then may still be carried out.
pub(crate) async fn within_deadline<T>(
    what: &str,
    store: Store<'_>,
    work: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    within(DEADLINE, what, store, work).await
}

/// The same, for what may take another while.
pub(crate) async fn within<T>(
    deadline: Duration,
    what: &str,
    store: Store<'_>,
    work: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    timeout(deadline, work).await.unwrap_or_else(|_| {
        let seconds = deadline.as_secs();
        let reason = format!("{store}: no answer in time, within {seconds} seconds");
        Err(StoreError::new(what, reason))
    })
}
