//! Changing a client.

use m2m_core::client::{Client, Revision};
use m2m_core::ports::{KeptAnswer, StoreError, WriteOutcome};

use super::change;
use crate::dynamodb::items::client::to_changes;
use crate::dynamodb::transaction::Write;
use crate::dynamodb::update::{Updated, has_all};
use crate::dynamodb::{Table, answers};

const WHAT: &str = "write a client";

impl Table {
    pub(super) async fn replace(
        &self,
        client: &Client,
        expected: Revision,
        answer: Option<&KeptAnswer>,
    ) -> Result<WriteOutcome, StoreError> {
        match answer {
            None => self.replace_alone(client, expected).await,
            Some(answer) => {
                let (key, changes) = change(client, expected)?;
                let writes = vec![Write::Update(key, changes), answers::kept(answer)?];
                Ok(self.transact(WHAT, writes).await?.into())
            }
        }
    }

    /// A single update has no token like a transaction's. If its answer was lost and the SDK sent it
    /// again, the second finds what the first wrote, and so it is written.
    async fn replace_alone(
        &self,
        client: &Client,
        expected: Revision,
    ) -> Result<WriteOutcome, StoreError> {
        let wanted = to_changes(client)?;
        let (key, changes) = change(client, expected)?;
        let updated = self.update(WHAT, key, changes).await?;
        Ok(match updated {
            Updated::Refused(there) if !has_all(there.as_ref(), &wanted) => {
                WriteOutcome::ChangedMeanwhile
            }
            Updated::Refused(_) | Updated::Written => WriteOutcome::Written,
        })
    }
}
