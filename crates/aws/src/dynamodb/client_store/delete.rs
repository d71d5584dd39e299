//! Deleting clients.

use jiff::Timestamp;
use m2m_core::client::{Client, ClientState, Revision};
use m2m_core::ports::{StoreError, WriteOutcome};

use super::{change, uncount};
use crate::dynamodb::items::unfinished;
use crate::dynamodb::revocations::client_stopped;
use crate::dynamodb::transaction::Write;
use crate::dynamodb::{Table, entries};

impl Table {
    pub(super) async fn delete(
        &self,
        client: &Client,
        expected: Revision,
        now: Timestamp,
    ) -> Result<WriteOutcome, StoreError> {
        let (key, changes) = change(client, expected)?;
        let live = Client {
            state: ClientState::Active,
            ..client.clone()
        };
        let mut writes = vec![
            Write::Update(key, changes),
            uncount(&client.organization),
            Write::put(unfinished::to_item(client, now)?),
        ];
        writes.extend(entries::relist(&live, client));
        writes.extend(client_stopped(client, now)?);
        Ok(self.transact_stop("delete a client", writes).await?.into())
    }
}
