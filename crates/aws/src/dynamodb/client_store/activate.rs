//! The last step of a create.

use m2m_core::client::{Client, Revision};
use m2m_core::ports::{StoreError, WriteOutcome};

use super::change;
use crate::dynamodb::expression::{Expression, text};
use crate::dynamodb::items::client::ANSWER;
use crate::dynamodb::key::Key;
use crate::dynamodb::transaction::Write;
use crate::dynamodb::{Table, entries};

impl Table {
    pub(super) async fn activate(
        &self,
        client: &Client,
        expected: Revision,
        answer: Option<&[u8; 32]>,
    ) -> Result<WriteOutcome, StoreError> {
        let (key, changes) = change(client, expected)?;
        let changes = changes.and_update("REMOVE #answer").name("#answer", ANSWER);
        let mut writes = vec![
            Write::Update(key, changes),
            Write::delete(Key::unfinished(&client.id)),
        ];
        writes.extend(entries::list(client));
        if let Some(id) = answer {
            let finish = Expression::update("REMOVE client_id")
                .and_when("client_id = :client")
                .value(":client", text(client.id.as_str()));
            writes.push(Write::Update(Key::answer(id), finish));
        }
        let transacted = self.transact("activate a client", writes).await?;
        Ok(transacted.into())
    }
}
