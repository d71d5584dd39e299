//! Listing clients.

use jiff::Timestamp;
use m2m_types::admin::client::ClientView;
use m2m_types::admin::page::Page;
use m2m_types::admin::scopes::ManagementScope;
use m2m_types::client_id::ClientId;
use m2m_types::names::OwnerId;

use super::{Clients, ClientsError};
use crate::caller::Caller;
use crate::client::{Client, ClientState};
use crate::ports::ListedBy;

/// Whose clients to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// Those of the caller's owner.
    Own,
    /// Those of an owner; another one's for admins of its organization.
    Owner(OwnerId),
    /// Those of all owners of the caller's organization, for admins.
    All,
}

/// Which page of which list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// Whose.
    pub whose: Whose,
    /// The deleted clients instead of the live ones.
    pub deleted: bool,
    /// How many, 1 to 200.
    pub limit: u32,
    /// Where the page starts, as the page before said.
    pub unverified_cursor: Option<String>,
}

impl Clients {
    /// A page of clients in the order of their ids, which for ids of ours is the order in which they were made. What
    /// is made meanwhile appears once or not at all, never twice. An owner of another organization has none.
    ///
    /// # Errors
    /// The caller may not read these clients, or the cursor is not one of this list.
    pub async fn list(
        &self,
        caller: &Caller,
        selection: &Selection,
    ) -> Result<Page<ClientView>, ClientsError> {
        caller.require(ManagementScope::ClientsRead)?;
        let of = listed_by(caller, &selection.whose)?;
        if !self.is_of_callers_organization(caller, &of).await? {
            return Ok(Page {
                items: Vec::new(),
                next_cursor: None,
            });
        }
        let list = name_of(&of, caller, selection.deleted);
        let after = match &selection.unverified_cursor {
            Some(cursor) => Some(self.open_cursor(&list, cursor).await?),
            None => None,
        };
        let limit = selection.limit as usize;
        let mut clients = self
            .store
            .list(&of, selection.deleted, after.as_ref(), selection.limit + 1)
            .await?;
        let more = clients.len() > limit;
        clients.truncate(limit);
        let next_cursor = match clients.last().filter(|_| more) {
            Some(last) => Some(self.cursors.seal(&list, last.id.as_str()).await?),
            None => None,
        };
        let now = self.clock.now();
        clients.retain(|client| is_shown(client, caller, now));
        Ok(Page {
            items: clients.iter().map(|client| self.view(client)).collect(),
            next_cursor,
        })
    }

    /// Of an owner elsewhere nothing is told, not even how many pages of clients there are.
    async fn is_of_callers_organization(
        &self,
        caller: &Caller,
        of: &ListedBy,
    ) -> Result<bool, ClientsError> {
        let organization = &caller.organization().id;
        match of {
            ListedBy::Owner(owner) if *owner != caller.owner().id => {
                let found = self.directory.find_principals(owner, organization).await?;
                Ok(found
                    .owner
                    .is_some_and(|owner| owner.organization == *organization))
            }
            ListedBy::Owner(_) | ListedBy::Organization(_) => Ok(true),
        }
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

fn listed_by(caller: &Caller, whose: &Whose) -> Result<ListedBy, ClientsError> {
    let own = &caller.owner().id;
    match whose {
        Whose::Own => Ok(ListedBy::Owner(own.clone())),
        Whose::Owner(owner) if owner == own => Ok(ListedBy::Owner(owner.clone())),
        Whose::Owner(owner) => {
            caller.require(ManagementScope::Admin)?;
            Ok(ListedBy::Owner(owner.clone()))
        }
        Whose::All => {
            caller.require(ManagementScope::Admin)?;
            Ok(ListedBy::Organization(caller.organization().id.clone()))
        }
    }
}

/// What a cursor is bound to: the list, and the organization of whoever reads it.
fn name_of(of: &ListedBy, caller: &Caller, deleted: bool) -> String {
    let organization = &caller.organization().id;
    match of {
        ListedBy::Owner(owner) => format!("clients#{organization}#{owner}#{deleted}"),
        ListedBy::Organization(_) => format!("clients#{organization}##{deleted}"),
    }
}

/// Another organization's is not, and neither is a deleted one that nobody can restore any more.
fn is_shown(client: &Client, caller: &Caller, now: Timestamp) -> bool {
    let is_kept = match client.state {
        ClientState::Deleted {
            restorable_until, ..
        } => now < restorable_until,
        _ => true,
    };
    is_kept && client.organization == caller.organization().id
}
