//! Reading one client.

use m2m_types::admin::scopes::ManagementScope;
use m2m_types::client_id::ClientId;

use super::{Clients, ClientsError};
use crate::caller::Caller;
use crate::client::{Client, ClientState};

impl Clients {
    /// One of the caller's clients.
    ///
    /// # Errors
    /// The caller may not read clients, or there is none of that id among theirs.
    pub async fn get(&self, caller: &Caller, id: &ClientId) -> Result<Client, ClientsError> {
        caller.require(ManagementScope::ClientsRead)?;
        self.find_visible(caller, id).await
    }

    /// A client of the caller's, whatever its state.
    pub(super) async fn find_own(
        &self,
        caller: &Caller,
        id: &ClientId,
    ) -> Result<Client, ClientsError> {
        let found = self.directory.find_client(id).await?.client;
        found
            .filter(|client| client.owner == caller.owner().id)
            .ok_or(ClientsError::NotFound)
    }

    /// A live client of the caller's. Somebody else's, one that is being made and one that never was are
    /// the same to the caller.
    pub(super) async fn find_visible(
        &self,
        caller: &Caller,
        id: &ClientId,
    ) -> Result<Client, ClientsError> {
        let client = self.find_own(caller, id).await?;
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
}
