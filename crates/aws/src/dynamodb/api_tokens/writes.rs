//! Writing API access tokens.

use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use m2m_core::api_tokens::ApiToken;
use m2m_core::ports::{KeptAnswer, StoreError, WriteOutcome};
use m2m_core::revision::Revision;
use m2m_core::secret::SecretDigest;
use m2m_types::names::{ApiTokenId, OwnerId};

use crate::dynamodb::expression::{Expression, number};
use crate::dynamodb::items::api_token::{self, INSERTS};
use crate::dynamodb::key::Key;
use crate::dynamodb::transaction::Write;
use crate::dynamodb::{Table, answers};

impl Table {
    pub(super) async fn insert_api_token(
        &self,
        token: &ApiToken,
        inserts: u64,
        answer: Option<&KeptAnswer>,
    ) -> Result<WriteOutcome, StoreError> {
        let mut writes = vec![
            Write::Put(api_token::to_item(token)?, Expression::when_absent()),
            Write::put(api_token::to_entry(token)?),
            Write::Update(Key::api_tokens(&token.owner), one_more_after(inserts)),
        ];
        writes.extend(answer.map(answers::kept).transpose()?);
        let what = "insert an API access token";
        Ok(self.transact(what, writes).await?.into())
    }

    /// The entry is written along, since the end of both cleans up.
    pub(super) async fn replace_api_token(
        &self,
        token: &ApiToken,
        expected: Revision,
    ) -> Result<WriteOutcome, StoreError> {
        let changes = Expression::set_all(&api_token::to_item(token)?).at_revision(expected);
        let writes = vec![
            Write::Update(Key::api_token(&token.digest), changes),
            Write::put(api_token::to_entry(token)?),
        ];
        let what = "write an API access token";
        Ok(self.transact(what, writes).await?.into())
    }

    /// If the answer was lost and the SDK sent it again, the second finds nothing, which is what was wanted.
    pub(super) async fn remove_api_token(
        &self,
        digest: &SecretDigest,
        expected: Option<Revision>,
    ) -> Result<WriteOutcome, StoreError> {
        let condition = expected.map_or_else(Expression::default, |expected| {
            Expression::when("attribute_not_exists(pk) OR revision = :expected")
                .value(":expected", number(expected.0))
        });
        let request = self
            .client
            .delete_item()
            .table_name(&self.name)
            .set_key(Some(Key::api_token(digest).into_item()))
            .set_expression_attribute_values(condition.values())
            .set_condition_expression(condition.condition);
        let what = "remove an API access token";
        let mut backoff = self.backoff(what);
        loop {
            let Err(error) = request.clone().send().await else {
                return Ok(WriteOutcome::Written);
            };
            match error.as_service_error() {
                Some(DeleteItemError::ConditionalCheckFailedException(_)) => {
                    return Ok(WriteOutcome::ChangedMeanwhile);
                }
                Some(conflict @ DeleteItemError::TransactionConflictException(_)) => {
                    backoff.pause(conflict.to_string()).await?;
                }
                _ => return Err(self.failed(what, "DeleteItem", &error)),
            }
        }
    }

    pub(super) async fn unlist_api_token(
        &self,
        owner: &OwnerId,
        id: &ApiTokenId,
    ) -> Result<(), StoreError> {
        let key = Key::api_token_entry(owner, id).into_item();
        let delete = self.client.delete_item().table_name(&self.name);
        let sent = delete.set_key(Some(key)).send().await;
        sent.map(drop)
            .map_err(|error| self.failed("unlist an API access token", "DeleteItem", &error))
    }
}

/// Counts an insert, if there was none since.
fn one_more_after(inserts: u64) -> Expression {
    let one_more = Expression::update("SET #inserts = :more, schema_version = :version")
        .name("#inserts", INSERTS)
        .value(":more", number(inserts + 1))
        .value(":version", number(1));
    match inserts {
        0 => one_more.and_when("attribute_not_exists(pk)"),
        _ => one_more
            .and_when("#inserts = :inserts")
            .value(":inserts", number(inserts)),
    }
}
