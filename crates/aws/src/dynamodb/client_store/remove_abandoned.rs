//! Clearing away a create that was given up.

use m2m_core::client::Client;
use m2m_core::ports::{StoreError, WriteOutcome};

use super::uncount;
use crate::dynamodb::Table;
use crate::dynamodb::items::client::when_abandoned;
use crate::dynamodb::key::Key;
use crate::dynamodb::transaction::Write;

impl Table {
    pub(super) async fn remove_abandoned(
        &self,
        client: &Client,
    ) -> Result<WriteOutcome, StoreError> {
        let writes = vec![
            Write::Delete(Key::client(&client.id), when_abandoned(client.revision)),
            Write::delete(Key::unfinished(&client.id)),
            uncount(&client.organization),
        ];
        let transacted = self.transact("remove an abandoned client", writes).await?;
        Ok(transacted.into())
    }
}
