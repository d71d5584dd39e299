//! A client that gets tokens, and who stands behind it.

use m2m_types::generation::{Generation, Generations};
use m2m_types::scope::ScopeSet;

use crate::client::{Client, ClientState};
use crate::organization::Organization;
use crate::owner::Owner;
use crate::ports::{Directory, Lookup, Principals, StoreError};

/// An active client with its owner and its organization, both active.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActiveClient {
    /// The client.
    pub client: Client,
    /// On whose behalf it acts.
    pub owner: Owner,
    /// Its tenant.
    pub organization: Organization,
}

/// Why a client is not active.
#[derive(Debug, thiserror::Error)]
pub enum NotActive {
    /// There is no such client.
    #[error("the client does not exist")]
    Unknown,
    /// The client is disabled, deleted or being made.
    #[error("the client is not active")]
    Client,
    /// The owner is switched off or gone.
    #[error("the owner is not active")]
    Owner,
    /// The organization is switched off or gone.
    #[error("the organization is not active")]
    Organization,
    /// Nothing can be said.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl ActiveClient {
    /// The client that was found, if it is active with all who stand behind it; they are read if they were not
    /// read along.
    ///
    /// # Errors
    /// Why it is not.
    pub async fn of(directory: &dyn Directory, found: Lookup) -> Result<Self, NotActive> {
        let client = found.client.ok_or(NotActive::Unknown)?;
        if client.state != ClientState::Active {
            return Err(NotActive::Client);
        }
        let principals = match found.principals {
            Some(principals) => principals,
            None => {
                directory
                    .find_principals(&client.owner, &client.organization)
                    .await?
            }
        };
        let (owner, organization) = both_active(principals)?;
        Ok(Self {
            client,
            owner,
            organization,
        })
    }

    /// All that the client may ask for: its own scopes, but never more than the owner's present ones.
    pub fn allowed_scopes(&self) -> ScopeSet {
        self.client.allowed_scopes(&self.owner)
    }

    /// The generations that a token of the client carries.
    pub fn generations(&self, deployment: Generation) -> Generations {
        Generations {
            client: self.client.generation,
            owner: self.owner.generation,
            organization: self.organization.generation,
            deployment,
            owner_handle: self.owner.handle,
            organization_handle: self.organization.handle,
        }
    }
}

/// The two, if both exist and are active.
pub(crate) fn both_active(principals: Principals) -> Result<(Owner, Organization), NotActive> {
    let Principals {
        owner,
        organization,
    } = principals;
    let owner = owner.filter(|owner| owner.active).ok_or(NotActive::Owner)?;
    let organization = organization
        .filter(|organization| organization.active)
        .ok_or(NotActive::Organization)?;
    Ok((owner, organization))
}
