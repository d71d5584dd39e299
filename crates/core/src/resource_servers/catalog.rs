//! The resource servers as this process knows them, read again when they are old.

use std::sync::Arc;

use jiff::SignedDuration;
use m2m_types::names::ResourceServerId;

use super::{KnownServers, ResourceServerRecord, ResourceServers};
use crate::clock::Clock;
use crate::kept::{Kept, Terms, Turn};
use crate::ports::{KeptAnswer, ResourceServerStore, StoreError, WriteOutcome};

const TERMS: Terms = Terms {
    what: "the resource servers",
    refresh_after: SignedDuration::from_secs(60),
    retry_after: SignedDuration::from_secs(5),
    good_for: SignedDuration::from_mins(5),
};

/// Holds the resource servers, refreshes them with one read at a time and keeps the last good ones for a while.
///
/// What another process changes is seen after a minute at most, what this one changes at once.
pub struct Catalog {
    fixed: ResourceServers,
    store: Arc<dyn ResourceServerStore>,
    kept: Kept<KnownServers>,
}

impl Catalog {
    /// The deployment's own APIs and those that the store will tell of.
    pub fn new(
        fixed: ResourceServers,
        store: Arc<dyn ResourceServerStore>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            fixed,
            store,
            kept: Kept::new(TERMS, clock),
        }
    }

    /// What is known, at most a minute old unless the store fails, and then five.
    ///
    /// # Errors
    /// Nothing that is good enough is known and the store gave no answer.
    pub async fn current(&self) -> Result<Arc<KnownServers>, StoreError> {
        self.kept.current(self.read()).await
    }

    /// What is there at this moment.
    pub(super) async fn read_now(&self) -> Result<Arc<KnownServers>, StoreError> {
        self.kept.turn().await.read(self.read()).await
    }

    /// What is there at this moment, for deciding on a change: whoever holds this is the only one in this process, and has to
    /// write at the revision that was read.
    pub(super) async fn begin_change(&self) -> Result<Change<'_>, StoreError> {
        let turn = self.kept.turn().await;
        let known = turn.read(self.read()).await?;
        Ok(Change {
            store: self.store.as_ref(),
            turn,
            known,
            is_writing: false,
        })
    }

    async fn read(&self) -> Result<KnownServers, StoreError> {
        let kept = self.store.list().await?;
        Ok(KnownServers::new(self.fixed.clone(), kept))
    }
}

/// A change of the catalog under way.
pub(super) struct Change<'a> {
    store: &'a dyn ResourceServerStore,
    turn: Turn<'a, KnownServers>,
    known: Arc<KnownServers>,
    is_writing: bool,
}

impl Change<'_> {
    /// What the change is decided on.
    pub(super) fn known(&self) -> &KnownServers {
        &self.known
    }

    /// Writes a server, of which this process knows at once.
    pub(super) async fn write(
        mut self,
        server: &ResourceServerRecord,
        answer: Option<&KeptAnswer>,
    ) -> Result<WriteOutcome, StoreError> {
        self.is_writing = true;
        let written = self.store.write(server, self.known.revision(), answer);
        let written = written.await?;
        let after = self.known.with(server.clone());
        Ok(self.settle(written, after))
    }

    /// Removes a server, of which this process knows at once.
    pub(super) async fn remove(
        mut self,
        id: &ResourceServerId,
    ) -> Result<WriteOutcome, StoreError> {
        self.is_writing = true;
        let removed = self.store.remove(id, self.known.revision());
        let removed = removed.await?;
        let after = self.known.without(id);
        Ok(self.settle(removed, after))
    }

    fn settle(&mut self, outcome: WriteOutcome, after: KnownServers) -> WriteOutcome {
        if outcome == WriteOutcome::Written {
            self.turn.keep(after);
            self.is_writing = false;
        }
        outcome
    }
}

/// Of a write that gave no answer, or whose answer nobody waited for, nothing is known.
impl Drop for Change<'_> {
    fn drop(&mut self) {
        if self.is_writing {
            self.turn.clear();
        }
    }
}
