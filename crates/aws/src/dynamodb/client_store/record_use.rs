//! Noting that a secret was used.

use jiff::Timestamp;
use m2m_core::ports::StoreError;
use m2m_types::client_id::ClientId;
use m2m_types::names::SecretId;

use crate::dynamodb::Table;
use crate::dynamodb::expression::{Expression, number};
use crate::dynamodb::items::client::LAST_USED;
use crate::dynamodb::key::Key;

impl Table {
    /// An earlier use that arrives late changes nothing, and neither does one of a client that is gone.
    pub(super) async fn record_use(
        &self,
        id: &ClientId,
        secret: &SecretId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let note = Expression::update("SET #uses.#secret = :at")
            .and_when(
                "attribute_exists(pk) AND \
                 (attribute_not_exists(#uses.#secret) OR #uses.#secret < :at)",
            )
            .name("#uses", LAST_USED)
            .name("#secret", secret.as_str())
            .value(":at", number(at.as_second()));
        self.update("note the use of a secret", Key::client(id), note)
            .await
            .map(drop)
    }
}
