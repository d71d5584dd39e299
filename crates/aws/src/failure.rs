//! What a failed call leaves for the log.

use std::error::Error;

use m2m_core::ports::StoreError;

/// Keeps the messages of the whole chain and nothing else: the SDK's errors hold whole answers, and
/// an answer of Secrets Manager holds a secret.
pub(crate) fn failed(attempt: &str, error: &dyn Error) -> StoreError {
    let mut reasons = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        reasons.push_str(": ");
        reasons.push_str(&error.to_string());
        source = error.source();
    }
    StoreError::new(attempt, reasons)
}
