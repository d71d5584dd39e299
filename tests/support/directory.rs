//! A directory that counts its reads and lets a test change who stands behind a client.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use jiff::Timestamp;
use m2m_core::organization::Organization;
use m2m_core::owner::Owner;
use m2m_core::ports::{Directory, Lookup, Principals, StoreError, WriteOutcome};
use m2m_types::client_id::ClientId;
use m2m_types::names::{OrganizationId, OwnerId};
use tokio::sync::oneshot;

/// In front of the real directory.
pub struct SteeredDirectory {
    inner: Arc<dyn Directory>,
    owners: Mutex<HashMap<OwnerId, Owner>>,
    organizations: Mutex<HashMap<OrganizationId, Organization>>,
    reads: AtomicUsize,
    panics: AtomicBool,
    frozen: Mutex<Option<Gate>>,
}

/// What holds a read up.
struct Gate {
    reached: oneshot::Sender<()>,
    go_on: oneshot::Receiver<()>,
}

/// A read that stands still once the store has answered it.
pub struct FrozenRead {
    reached: oneshot::Receiver<()>,
    go_on: oneshot::Sender<()>,
}

impl FrozenRead {
    /// Waits until the store has answered.
    pub async fn answered(&mut self) {
        (&mut self.reached).await.unwrap();
    }

    /// Lets whoever reads go on with what was read.
    pub fn thaw(self) {
        self.go_on.send(()).unwrap();
    }
}

impl SteeredDirectory {
    /// Steers nothing yet.
    pub fn around(inner: Arc<dyn Directory>) -> Self {
        Self {
            inner,
            owners: Mutex::default(),
            organizations: Mutex::default(),
            reads: AtomicUsize::new(0),
            panics: AtomicBool::new(false),
            frozen: Mutex::new(None),
        }
    }

    /// From now on this is the owner of that id, whatever the store says.
    pub fn set_owner(&self, owner: Owner) {
        let mut owners = self.owners.lock().unwrap_or_else(PoisonError::into_inner);
        owners.insert(owner.id.clone(), owner);
    }

    /// From now on this is the organization of that id, whatever the store says.
    pub fn set_organization(&self, organization: Organization) {
        let mut known = self
            .organizations
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        known.insert(organization.id.clone(), organization);
    }

    /// How many reads there were since this was last asked.
    pub fn take_reads(&self) -> usize {
        self.reads.swap(0, Ordering::SeqCst)
    }

    /// The next read is a defect.
    pub fn panic_at_the_next_read(&self) {
        self.panics.store(true, Ordering::SeqCst);
    }

    /// The next read of a client stands still once the store has answered it, as in an instance that is frozen.
    pub fn freeze_the_next_read(&self) -> FrozenRead {
        let ((reached, is_reached), (go_on, may_go_on)) = (oneshot::channel(), oneshot::channel());
        let gate = Gate {
            reached,
            go_on: may_go_on,
        };
        *self.frozen.lock().unwrap_or_else(PoisonError::into_inner) = Some(gate);
        FrozenRead {
            reached: is_reached,
            go_on,
        }
    }

    async fn stand_still(&self) {
        let gate = self
            .frozen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(gate) = gate {
            gate.reached.send(()).unwrap();
            gate.go_on.await.unwrap();
        }
    }

    fn count(&self) {
        self.reads.fetch_add(1, Ordering::SeqCst);
        assert!(
            !self.panics.swap(false, Ordering::SeqCst),
            "as the test wants"
        );
    }

    fn steer(
        &self,
        owner: &OwnerId,
        organization: &OrganizationId,
        found: Principals,
    ) -> Principals {
        let owners = self.owners.lock().unwrap_or_else(PoisonError::into_inner);
        let organizations = self
            .organizations
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        Principals {
            owner: owners.get(owner).cloned().or(found.owner),
            organization: organizations
                .get(organization)
                .cloned()
                .or(found.organization),
        }
    }
}

#[async_trait]
impl Directory for SteeredDirectory {
    async fn find_client(&self, id: &ClientId) -> Result<Lookup, StoreError> {
        self.count();
        let mut found = self.inner.find_client(id).await?;
        self.stand_still().await;
        if let (Some(client), Some(principals)) = (&found.client, found.principals.take()) {
            found.principals = Some(self.steer(&client.owner, &client.organization, principals));
        }
        Ok(found)
    }

    async fn find_principals(
        &self,
        owner: &OwnerId,
        organization: &OrganizationId,
    ) -> Result<Principals, StoreError> {
        self.count();
        let found = self.inner.find_principals(owner, organization).await?;
        Ok(self.steer(owner, organization, found))
    }

    async fn insert_principals(
        &self,
        owner: &Owner,
        organization: &Organization,
    ) -> Result<bool, StoreError> {
        self.inner.insert_principals(owner, organization).await
    }

    async fn replace_owner(
        &self,
        owner: &Owner,
        expected: Option<&Owner>,
    ) -> Result<WriteOutcome, StoreError> {
        self.inner.replace_owner(owner, expected).await
    }

    async fn stop_owner(
        &self,
        owner: &Owner,
        expected: &Owner,
        now: Timestamp,
    ) -> Result<WriteOutcome, StoreError> {
        self.inner.stop_owner(owner, expected, now).await
    }

    async fn replace_organization(
        &self,
        organization: &Organization,
        expected: Option<&Organization>,
    ) -> Result<WriteOutcome, StoreError> {
        self.inner
            .replace_organization(organization, expected)
            .await
    }

    async fn stop_organization(
        &self,
        organization: &Organization,
        expected: &Organization,
        now: Timestamp,
    ) -> Result<WriteOutcome, StoreError> {
        self.inner
            .stop_organization(organization, expected, now)
            .await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.inner.ping().await
    }
}
