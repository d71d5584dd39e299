//! Reading clients and their principals, of which what was found is kept.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use m2m_core::organization::Organization;
use m2m_core::owner::Owner;
use m2m_core::ports::{Directory, Lookup, Principals, StoreError, WriteOutcome};
use m2m_types::client_id::ClientId;
use m2m_types::names::{OrganizationId, OwnerId};

use super::ExactCache;

pub(super) struct CachedDirectory {
    pub(super) inner: Arc<dyn Directory>,
    pub(super) cache: Arc<ExactCache>,
}

#[async_trait]
impl Directory for CachedDirectory {
    async fn find_client(&self, id: &ClientId) -> Result<Lookup, StoreError> {
        if let Some(found) = self.cache.found.get(id) {
            return Ok(found);
        }
        let quiet_before = self.cache.stand_in.quiet();
        let mut found = self.inner.find_client(id).await?;
        let Some(client) = &found.client else {
            return Ok(found);
        };
        if found.principals.is_none() {
            found.principals = Some(
                self.inner
                    .find_principals(&client.owner, &client.organization)
                    .await?,
            );
        }
        self.cache.keep(id, &found, quiet_before);
        Ok(found)
    }

    async fn find_principals(
        &self,
        owner: &OwnerId,
        organization: &OrganizationId,
    ) -> Result<Principals, StoreError> {
        self.inner.find_principals(owner, organization).await
    }

    async fn insert_principals(
        &self,
        owner: &Owner,
        organization: &Organization,
    ) -> Result<bool, StoreError> {
        self.cache
            .write(None, self.inner.insert_principals(owner, organization))
            .await
    }

    async fn replace_owner(
        &self,
        owner: &Owner,
        expected: Option<&Owner>,
    ) -> Result<WriteOutcome, StoreError> {
        self.cache
            .write(None, self.inner.replace_owner(owner, expected))
            .await
    }

    async fn stop_owner(
        &self,
        owner: &Owner,
        expected: &Owner,
        now: Timestamp,
    ) -> Result<WriteOutcome, StoreError> {
        self.cache
            .write(None, self.inner.stop_owner(owner, expected, now))
            .await
    }

    async fn replace_organization(
        &self,
        organization: &Organization,
        expected: Option<&Organization>,
    ) -> Result<WriteOutcome, StoreError> {
        let write = self.inner.replace_organization(organization, expected);
        self.cache.write(None, write).await
    }

    async fn stop_organization(
        &self,
        organization: &Organization,
        expected: &Organization,
        now: Timestamp,
    ) -> Result<WriteOutcome, StoreError> {
        let stop = self.inner.stop_organization(organization, expected, now);
        self.cache.write(None, stop).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.inner.ping().await
    }
}
