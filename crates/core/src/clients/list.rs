//! Listing clients.

use m2m_types::admin::client::ClientView;
use m2m_types::admin::page::Page;
use m2m_types::admin::scopes::ManagementScope;
use m2m_types::client_id::ClientId;

use super::{Clients, ClientsError};
use crate::caller::Caller;

/// Which page of which list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// The deleted clients instead of the live ones.
    pub deleted: bool,
    /// How many, 1 to 200.
    pub limit: u32,
    /// Where the page starts, as the page before said.
    pub unverified_cursor: Option<String>,
}

impl Clients {
    /// A page of the caller's clients in the order of their ids, which for ids of ours is the order in which
    /// they were made. What is made meanwhile appears once or not at all, never twice.
    ///
    /// # Errors
    /// The caller may not read clients, or the cursor is not one of this list.
    pub async fn list(
        &self,
        caller: &Caller,
        selection: &Selection,
    ) -> Result<Page<ClientView>, ClientsError> {
        caller.require(ManagementScope::ClientsRead)?;
        let owner = &caller.owner().id;
        let list = format!("clients#{owner}#{}", selection.deleted);
        let after = match &selection.unverified_cursor {
            Some(cursor) => Some(self.open_cursor(&list, cursor).await?),
            None => None,
        };
        let mut clients = self
            .store
            .list_by_owner(
                owner,
                selection.deleted,
                after.as_ref(),
                selection.limit + 1,
            )
            .await?;
        let more = clients.len() > selection.limit as usize;
        clients.truncate(selection.limit as usize);
        let next_cursor = match clients.last().filter(|_| more) {
            Some(last) => Some(self.cursors.seal(&list, last.id.as_str()).await?),
            None => None,
        };
        Ok(Page {
            items: clients.iter().map(|client| self.view(client)).collect(),
            next_cursor,
        })
    }

    async fn open_cursor(
        &self,
        list: &str,
        unverified_cursor: &str,
    ) -> Result<ClientId, ClientsError> {
        let last = self.cursors.open(list, unverified_cursor).await?;
        last.and_then(|last| ClientId::parse(last).ok())
            .ok_or(ClientsError::InvalidCursor)
    }
}
