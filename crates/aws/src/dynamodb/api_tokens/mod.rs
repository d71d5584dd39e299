//! API access tokens: each lies where its digest says, and an entry of its owner's list names it.

mod list;
mod writes;

use async_trait::async_trait;
use jiff::Timestamp;
use m2m_core::api_tokens::ApiToken;
use m2m_core::ports::{ApiTokens, KeptAnswer, OwnedApiTokens, StoreError, WriteOutcome};
use m2m_core::revision::Revision;
use m2m_core::secret::SecretDigest;
use m2m_types::names::{ApiTokenId, OwnerId};

use super::Table;
use super::items::api_token;
use super::key::Key;
use crate::deadline::within_deadline;

const READ: &str = "read an API access token";

/// API access tokens in the table.
pub(crate) struct DynamoDbApiTokens {
    table: Table,
}

impl DynamoDbApiTokens {
    pub(crate) fn new(table: Table) -> Self {
        Self { table }
    }
}

#[async_trait]
impl ApiTokens for DynamoDbApiTokens {
    async fn find(
        &self,
        digest: &SecretDigest,
        now: Timestamp,
    ) -> Result<Option<ApiToken>, StoreError> {
        let find = self.table.find(READ, Key::api_token(digest));
        let found = within_deadline(READ, self.table.store(), find).await?;
        found.map_or(Ok(None), |item| api_token::from_item(item, now))
    }

    async fn find_owned(
        &self,
        owner: &OwnerId,
        id: &ApiTokenId,
        now: Timestamp,
    ) -> Result<Option<ApiToken>, StoreError> {
        let find = self.table.find(READ, Key::api_token_entry(owner, id));
        let entry = within_deadline(READ, self.table.store(), find).await?;
        match entry.map(api_token::digest_of).transpose()? {
            Some(digest) => self.find(&digest, now).await,
            None => Ok(None),
        }
    }

    async fn list_by_owner(
        &self,
        owner: &OwnerId,
        after: Option<&ApiTokenId>,
        limit: u32,
        now: Timestamp,
    ) -> Result<Vec<ApiToken>, StoreError> {
        let list = self.table.list_api_tokens(owner, after, limit, now);
        within_deadline("list API access tokens", self.table.store(), list).await
    }

    async fn owned(&self, owner: &OwnerId, now: Timestamp) -> Result<OwnedApiTokens, StoreError> {
        let count = self.table.owned_api_tokens(owner, now);
        within_deadline("count API access tokens", self.table.store(), count).await
    }

    async fn insert(
        &self,
        token: &ApiToken,
        inserts: u64,
        answer: Option<&KeptAnswer>,
    ) -> Result<WriteOutcome, StoreError> {
        let insert = self.table.insert_api_token(token, inserts, answer);
        within_deadline("insert an API access token", self.table.store(), insert).await
    }

    async fn replace(
        &self,
        token: &ApiToken,
        expected: Revision,
    ) -> Result<WriteOutcome, StoreError> {
        let replace = self.table.replace_api_token(token, expected);
        within_deadline("write an API access token", self.table.store(), replace).await
    }

    async fn remove(
        &self,
        digest: &SecretDigest,
        expected: Option<Revision>,
    ) -> Result<WriteOutcome, StoreError> {
        let remove = self.table.remove_api_token(digest, expected);
        within_deadline("remove an API access token", self.table.store(), remove).await
    }

    async fn unlist(&self, owner: &OwnerId, id: &ApiTokenId) -> Result<(), StoreError> {
        let unlist = self.table.unlist_api_token(owner, id);
        within_deadline("unlist an API access token", self.table.store(), unlist).await
    }
}
