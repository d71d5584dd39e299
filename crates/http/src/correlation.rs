//! Naming requests.

use m2m_types::correlation_id::CorrelationId;

use crate::State;

/// Names a request whose answer will be an error.
pub(crate) fn new_id(state: &State) -> CorrelationId {
    CorrelationId::from_random_bytes(state.random.bytes())
}

/// An error and what caused it, in one line for the log.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}
