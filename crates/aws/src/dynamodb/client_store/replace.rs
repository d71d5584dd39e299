//! Changing a client.

use m2m_core::client::{Client, Revision};
use m2m_core::ports::{StoreError, WriteOutcome};

use crate::dynamodb::Table;
use crate::dynamodb::expression::Expression;
use crate::dynamodb::items::client::to_changes;
use crate::dynamodb::key::Key;
use crate::dynamodb::update::{Updated, has_all};

impl Table {
    /// A single update has no token like a transaction's. If its answer was lost and the SDK sent it
    /// again, the second finds what the first wrote, and so it is written.
    pub(super) async fn replace(
        &self,
        client: &Client,
        expected: Revision,
    ) -> Result<WriteOutcome, StoreError> {
        let wanted = to_changes(client)?;
        let changes = Expression::set_all(&wanted).at_revision(expected);
        let key = Key::client(&client.id);
        let updated = self.update("write a client", key, changes).await?;
        Ok(match updated {
            Updated::Refused(there) if !has_all(there.as_ref(), &wanted) => {
                WriteOutcome::ChangedMeanwhile
            }
            Updated::Refused(_) | Updated::Written => WriteOutcome::Written,
        })
    }
}
