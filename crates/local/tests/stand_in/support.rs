//! What the tests share.

use m2m_local::stand_in::StandIn;

/// The clients of a stand-in.
pub(crate) struct Clients {
    pub(crate) dynamodb: aws_sdk_dynamodb::Client,
    pub(crate) secrets: aws_sdk_secretsmanager::Client,
}

impl Clients {
    pub(crate) fn of(stand_in: &StandIn) -> Self {
        let config = stand_in.sdk_config();
        Self {
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            secrets: aws_sdk_secretsmanager::Client::new(&config),
        }
    }

    /// Clients of an empty stand-in in memory.
    pub(crate) fn in_memory() -> Self {
        Self::of(&StandIn::memory().unwrap())
    }
}
