//! Writes of owners and organizations that have to go together.

use jiff::Timestamp;
use m2m_core::organization::Organization;
use m2m_core::owner::Owner;
use m2m_core::ports::{StoreError, WriteOutcome};

use super::Table;
use super::expression::Expression;
use super::items::{organization, owner};
use super::key::{Key, ORGANIZATION_COPIES};
use super::revocations::handle_stopped;
use super::transaction::Write;

impl Table {
    /// Writes an owner together with what stops its tokens.
    pub(super) async fn stop_owner(
        &self,
        what: &str,
        stopped: &Owner,
        expected: &Owner,
        now: Timestamp,
    ) -> Result<WriteOutcome, StoreError> {
        let expected = owner::to_item(expected)?;
        let changes = Expression::set_all(&owner::to_item(stopped)?).when_still(Some(&expected));
        let mut writes = vec![Write::Update(Key::owner(&stopped.id), changes)];
        writes.extend(handle_stopped(&stopped.handle, stopped.generation, now)?);
        Ok(self.transact_stop(what, writes).await?.into())
    }

    /// Writes an organization together with what stops its tokens.
    pub(super) async fn stop_organization(
        &self,
        what: &str,
        stopped: &Organization,
        expected: &Organization,
        now: Timestamp,
    ) -> Result<WriteOutcome, StoreError> {
        let mut writes = all_copies(stopped, Some(expected))?;
        writes.extend(handle_stopped(&stopped.handle, stopped.generation, now)?);
        Ok(self.transact_stop(what, writes).await?.into())
    }

    pub(super) async fn replace_organization(
        &self,
        what: &str,
        wanted: &Organization,
        expected: Option<&Organization>,
    ) -> Result<WriteOutcome, StoreError> {
        let writes = all_copies(wanted, expected)?;
        Ok(self.transact(what, writes).await?.into())
    }
}

/// The change of every copy, each on the condition that it still is as expected.
fn all_copies(
    wanted: &Organization,
    expected: Option<&Organization>,
) -> Result<Vec<Write>, StoreError> {
    let change = |copy| {
        let item = organization::to_item(wanted, copy)?;
        let expected = expected.map(|expected| organization::to_item(expected, copy));
        let changes = Expression::set_all(&item).when_still(expected.transpose()?.as_ref());
        let key = Key::organization_copy(&wanted.id, copy);
        Ok(Write::Update(key, changes))
    };
    (0..ORGANIZATION_COPIES).map(change).collect()
}
