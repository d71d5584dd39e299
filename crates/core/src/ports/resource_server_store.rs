//! Keeping resource servers.

use async_trait::async_trait;
use m2m_types::names::ResourceServerId;

use super::{KeptAnswer, StoreError, WriteOutcome};
use crate::resource_servers::{KeptCatalog, ResourceServerRecord};

/// The catalog of resource servers. What is decided about one, such as that no other has its scopes, is decided on
/// all of them: so every write expects the revision of the whole catalog, and raises it.
#[async_trait]
pub trait ResourceServerStore: Send + Sync {
    /// Reads all of them consistently: none is older than the revision that is read with them. So whoever decides on
    /// what was read and writes at that revision has decided on what is there.
    async fn list(&self) -> Result<KeptCatalog, StoreError>;

    /// Writes one, new or changed, if the catalog still has that revision, and keeps the answer that says so: all or
    /// nothing. An answer of that id that has not expired counts as a change meanwhile.
    async fn write(
        &self,
        server: &ResourceServerRecord,
        expected: u64,
        answer: Option<&KeptAnswer>,
    ) -> Result<WriteOutcome, StoreError>;

    /// Removes one if the catalog still has that revision.
    async fn remove(
        &self,
        id: &ResourceServerId,
        expected: u64,
    ) -> Result<WriteOutcome, StoreError>;
}
