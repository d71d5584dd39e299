//! Writing clients, each write forgetting what is kept of its client.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use m2m_core::client::{Client, Revision};
use m2m_core::ports::{
    ClientStore, InsertOutcome, KeptAnswer, ListedBy, PendingClient, RestoreOutcome,
    RestoredClient, StoreError, Unfinished, WriteOutcome,
};
use m2m_types::client_id::ClientId;
use m2m_types::names::SecretId;

use super::ExactCache;

pub(super) struct CachedClientStore {
    pub(super) inner: Arc<dyn ClientStore>,
    pub(super) cache: Arc<ExactCache>,
}

#[async_trait]
impl ClientStore for CachedClientStore {
    async fn insert_pending(
        &self,
        pending: PendingClient<'_>,
    ) -> Result<InsertOutcome, StoreError> {
        let id = pending.client.id.clone();
        self.cache
            .write(Some(&id), self.inner.insert_pending(pending))
            .await
    }

    async fn activate(
        &self,
        client: &Client,
        expected: Revision,
        answer: Option<&[u8; 32]>,
    ) -> Result<WriteOutcome, StoreError> {
        self.cache
            .write(
                Some(&client.id),
                self.inner.activate(client, expected, answer),
            )
            .await
    }

    async fn abandon(
        &self,
        client: &Client,
        expected: Revision,
    ) -> Result<WriteOutcome, StoreError> {
        self.cache
            .write(Some(&client.id), self.inner.abandon(client, expected))
            .await
    }

    async fn remove_abandoned(&self, client: &Client) -> Result<WriteOutcome, StoreError> {
        self.cache
            .write(Some(&client.id), self.inner.remove_abandoned(client))
            .await
    }

    async fn replace(
        &self,
        client: &Client,
        expected: Revision,
        answer: Option<&KeptAnswer>,
    ) -> Result<WriteOutcome, StoreError> {
        let write = self.inner.replace(client, expected, answer);
        self.cache.write(Some(&client.id), write).await
    }

    async fn stop(
        &self,
        client: &Client,
        expected: Revision,
        now: Timestamp,
        answer: Option<&KeptAnswer>,
    ) -> Result<WriteOutcome, StoreError> {
        let write = self.inner.stop(client, expected, now, answer);
        self.cache.write(Some(&client.id), write).await
    }

    async fn delete(
        &self,
        client: &Client,
        expected: Revision,
        now: Timestamp,
    ) -> Result<WriteOutcome, StoreError> {
        self.cache
            .write(Some(&client.id), self.inner.delete(client, expected, now))
            .await
    }

    async fn begin_restore(
        &self,
        id: &ClientId,
        now: Timestamp,
        left_behind: Timestamp,
    ) -> Result<bool, StoreError> {
        self.cache
            .write(Some(id), self.inner.begin_restore(id, now, left_behind))
            .await
    }

    async fn restore(&self, restored: RestoredClient<'_>) -> Result<RestoreOutcome, StoreError> {
        let id = restored.client.id.clone();
        self.cache
            .write(Some(&id), self.inner.restore(restored))
            .await
    }

    async fn replace_and_note(
        &self,
        client: &Client,
        expected: Revision,
        now: Timestamp,
        answer: Option<&KeptAnswer>,
    ) -> Result<WriteOutcome, StoreError> {
        let write = self.inner.replace_and_note(client, expected, now, answer);
        self.cache.write(Some(&client.id), write).await
    }

    async fn remove_note(&self, id: &ClientId, seen: Option<Revision>) -> Result<(), StoreError> {
        self.cache
            .write(Some(id), self.inner.remove_note(id, seen))
            .await
    }

    async fn unfinished(
        &self,
        after: Option<&ClientId>,
        limit: u32,
    ) -> Result<Vec<Unfinished>, StoreError> {
        self.inner.unfinished(after, limit).await
    }

    async fn transfer(
        &self,
        client: &Client,
        before: &Client,
        now: Timestamp,
        answer: Option<&KeptAnswer>,
    ) -> Result<WriteOutcome, StoreError> {
        self.cache
            .write(
                Some(&client.id),
                self.inner.transfer(client, before, now, answer),
            )
            .await
    }

    async fn list(
        &self,
        of: &ListedBy,
        deleted: bool,
        after: Option<&ClientId>,
        limit: u32,
    ) -> Result<Vec<Client>, StoreError> {
        self.inner.list(of, deleted, after, limit).await
    }

    async fn record_use(
        &self,
        id: &ClientId,
        secret: &SecretId,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.cache
            .write(Some(id), self.inner.record_use(id, secret, at))
            .await
    }
}
