//! Stopping a client's tokens.

use jiff::Timestamp;
use m2m_core::client::{Client, Revision};
use m2m_core::ports::{KeptAnswer, StoreError, WriteOutcome};

use super::change;
use crate::dynamodb::revocations::client_stopped;
use crate::dynamodb::transaction::Write;
use crate::dynamodb::{Table, answers};

impl Table {
    pub(super) async fn stop(
        &self,
        client: &Client,
        expected: Revision,
        now: Timestamp,
        answer: Option<&KeptAnswer>,
    ) -> Result<WriteOutcome, StoreError> {
        let (key, changes) = change(client, expected)?;
        let mut writes = vec![Write::Update(key, changes)];
        writes.extend(client_stopped(client, now)?);
        writes.extend(answer.map(answers::kept).transpose()?);
        Ok(self.transact_stop("stop a client", writes).await?.into())
    }
}
