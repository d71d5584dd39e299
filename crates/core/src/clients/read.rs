//! Reading one client.

use m2m_types::admin::scopes::ManagementScope;
use m2m_types::client_id::ClientId;

use super::{Clients, ClientsError};
use crate::caller::Caller;
use crate::client::{Client, ClientState};
use crate::owner::Owner;

impl Clients {
    /// One of the caller's clients, or for an admin one of its organization's.
    ///
    /// # Errors
    /// The caller may not read clients, or there is none of that id among theirs.
    pub async fn get(&self, caller: &Caller, id: &ClientId) -> Result<Client, ClientsError> {
        caller.require(ManagementScope::ClientsRead)?;
        self.find_readable(caller, id).await
    }

    /// A client that the caller may see, whatever its state: its owner's, and for an admin its organization's.
    pub(super) async fn find_managed(
        &self,
        caller: &Caller,
        id: &ClientId,
    ) -> Result<Client, ClientsError> {
        let found = self.directory.find_client(id).await?.client;
        found
            .filter(|client| is_managed_by(caller, client))
            .ok_or(ClientsError::NotFound)
    }

    /// A live client that the caller may see. Somebody else's, one that is being made and one that never
    /// was are the same to the caller.
    pub(super) async fn find_readable(
        &self,
        caller: &Caller,
        id: &ClientId,
    ) -> Result<Client, ClientsError> {
        let client = self.find_managed(caller, id).await?;
        match client.state {
            ClientState::Active | ClientState::Disabled => Ok(client),
            ClientState::Deleted {
                restorable_until, ..
            } if self.clock.now() < restorable_until => {
                Err(ClientsError::Deleted { restorable_until })
            }
            ClientState::Deleted { .. } | ClientState::Pending | ClientState::Abandoned => {
                Err(ClientsError::NotFound)
            }
        }
    }

    /// The same, for more than a look or a stop: no admin gets at what a stronger owner may do.
    pub(super) async fn find_visible(
        &self,
        caller: &Caller,
        id: &ClientId,
    ) -> Result<Client, ClientsError> {
        let client = self.find_readable(caller, id).await?;
        self.require_no_stronger_owner(caller, &client).await?;
        Ok(client)
    }

    /// The same, for a stop, which gives nobody anything: still only an operator stops what is an operator's.
    pub(super) async fn find_stoppable(
        &self,
        caller: &Caller,
        id: &ClientId,
    ) -> Result<Client, ClientsError> {
        let client = self.find_readable(caller, id).await?;
        let owner = self.owner_of(caller, &client).await?;
        if client.owner != caller.owner().id && ManagementScope::Operator.is_in(&owner.permissions)
        {
            caller.require(ManagementScope::Operator)?;
        }
        Ok(client)
    }

    /// Whoever gives another owner's client scopes or credentials could do all that this owner may.
    pub(super) async fn require_no_stronger_owner(
        &self,
        caller: &Caller,
        client: &Client,
    ) -> Result<(), ClientsError> {
        if client.owner == caller.owner().id {
            return Ok(());
        }
        let owner = self.owner_of(caller, client).await?;
        Ok(caller.require_all_of(&owner.permissions)?)
    }

    /// On whose behalf a client that the caller manages acts.
    pub(super) async fn owner_of(
        &self,
        caller: &Caller,
        client: &Client,
    ) -> Result<Owner, ClientsError> {
        if client.owner == caller.owner().id {
            return Ok(caller.owner().clone());
        }
        let (owner, organization) = (&client.owner, &client.organization);
        let found = self.directory.find_principals(owner, organization).await?;
        found.owner.ok_or(ClientsError::OwnerInactive)
    }
}

fn is_managed_by(caller: &Caller, client: &Client) -> bool {
    let is_admin = caller.require(ManagementScope::Admin).is_ok();
    client.owner == caller.owner().id || is_admin && client.organization == caller.organization().id
}
