//! Keeping answers.

use async_trait::async_trait;
use m2m_core::ports::{Answers, KeptAnswer, StoreError, WriteOutcome};

use super::Table;
use super::expression::{Expression, number};
use super::items::answer;
use super::key::Key;
use super::transaction::Write;
use crate::deadline::within_deadline;

/// Kept answers in the table.
pub(crate) struct DynamoDbAnswers {
    table: Table,
}

impl DynamoDbAnswers {
    pub(crate) fn new(table: Table) -> Self {
        Self { table }
    }
}

#[async_trait]
impl Answers for DynamoDbAnswers {
    async fn find(&self, id: &[u8; 32]) -> Result<Option<KeptAnswer>, StoreError> {
        let what = "read a kept answer";
        let find = self.table.find(what, Key::answer(id));
        let item = within_deadline(what, self.table.store(), find).await?;
        item.map(|item| answer::from_item(id, item)).transpose()
    }

    /// A transaction of one write: the SDK's repetition of one whose answer was lost writes nothing twice.
    async fn insert(&self, answer: &KeptAnswer) -> Result<WriteOutcome, StoreError> {
        let what = "keep an answer";
        let writes = vec![kept(answer)?];
        let transacted = self.table.transact(what, writes);
        let transacted = within_deadline(what, self.table.store(), transacted).await?;
        Ok(transacted.into())
    }
}

/// Keeps an answer along with what it is the answer to, unless there is one that has not expired.
pub(super) fn kept(answer: &KeptAnswer) -> Result<Write, StoreError> {
    let free = Expression::when("attribute_not_exists(pk) OR expires_at <= :now")
        .value(":now", number(answer.kept_at.as_second()));
    Ok(Write::Put(answer::to_item(answer)?, free))
}
