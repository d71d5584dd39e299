//! Everything that is stopped.

use jiff::Timestamp;
use m2m_core::ports::{RevokedAt, StoreError};
use m2m_types::revocations::Revoked;

use super::writes::one_more;
use crate::dynamodb::Table;
use crate::dynamodb::items::revocation;
use crate::dynamodb::key::{Key, REVOCATIONS};
use crate::dynamodb::query::Query;
use crate::dynamodb::transaction::Write;

/// How often everything is read for a number that does not move meanwhile.
const ATTEMPTS: u32 = 3;

impl Table {
    pub(super) async fn sequence(&self, what: &str) -> Result<u64, StoreError> {
        revocation::sequence_from_item(self.find(what, Key::sequence()).await?)
    }

    /// Reads everything between two reads of the number. When stops keep coming, the number before is the
    /// one: all stops up to it are there, and a later one that is there too stops nothing that lives.
    pub(super) async fn read_revoked(
        &self,
        what: &str,
        now: Timestamp,
    ) -> Result<RevokedAt, StoreError> {
        let mut attempt = 1;
        let mut sequence = self.sequence(what).await?;
        loop {
            let revoked = self.revoked(what, now).await?;
            let after = self.sequence(what).await?;
            if after == sequence || attempt == ATTEMPTS {
                return Ok(RevokedAt { sequence, revoked });
            }
            attempt += 1;
            sequence = after;
        }
    }

    async fn revoked(&self, what: &str, now: Timestamp) -> Result<Revoked, StoreError> {
        let query = Query {
            pk: REVOCATIONS.to_owned(),
            prefix: "".into(),
            after: None,
            limit: u32::MAX,
        };
        // Denials are read before the clients: whoever misses those that a client's stop made needless sees the stop.
        let items = self.query_backward(what, query).await?;
        let mut revoked = Revoked::default();
        for item in items.into_iter().rev() {
            revocation::add_to(&mut revoked, item, now)?;
        }
        Ok(revoked)
    }

    pub(super) async fn remove_kid(
        &self,
        what: &str,
        kid: &str,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let entry = revocation::kid_to_item(kid, until)?;
        let writes = vec![Write::put(entry), one_more()];
        self.transact_stop(what, writes).await.map(drop)
    }
}
