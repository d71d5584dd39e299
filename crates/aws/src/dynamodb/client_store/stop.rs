//! Stopping a client's tokens.

use jiff::Timestamp;
use m2m_core::client::{Client, Revision};
use m2m_core::ports::{StoreError, WriteOutcome};

use super::change;
use crate::dynamodb::Table;
use crate::dynamodb::revocations::client_stopped;
use crate::dynamodb::transaction::Write;

impl Table {
    pub(super) async fn stop(
        &self,
        client: &Client,
        expected: Revision,
        now: Timestamp,
    ) -> Result<WriteOutcome, StoreError> {
        let (key, changes) = change(client, expected)?;
        let mut writes = vec![Write::Update(key, changes)];
        writes.extend(client_stopped(client, now)?);
        Ok(self.transact("stop a client", writes).await?.into())
    }
}
