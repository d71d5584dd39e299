//! Giving clients to another owner.

use jiff::Timestamp;
use m2m_core::client::Client;
use m2m_core::ports::{KeptAnswer, StoreError, WriteOutcome};

use super::change;
use crate::dynamodb::revocations::client_stopped;
use crate::dynamodb::transaction::Write;
use crate::dynamodb::{Table, answers, entries};

impl Table {
    pub(super) async fn transfer(
        &self,
        client: &Client,
        before: &Client,
        now: Timestamp,
        answer: Option<&KeptAnswer>,
    ) -> Result<WriteOutcome, StoreError> {
        let (key, changes) = change(client, before.revision)?;
        let mut writes = vec![Write::Update(key, changes)];
        writes.extend(entries::relist(before, client));
        writes.extend(client_stopped(client, now)?);
        writes.extend(answer.map(answers::kept).transpose()?);
        Ok(self.transact("transfer a client", writes).await?.into())
    }
}
