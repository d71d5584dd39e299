//! Naming requests.

use m2m_types::correlation_id::CorrelationId;

use crate::State;

/// Names a request whose answer will be an error.
pub(crate) fn new_id(state: &State) -> CorrelationId {
    CorrelationId::from_random_bytes(state.random.bytes())
}
