//! The first owner of a deployment and its admin client.

use m2m_types::admin::client::SecretStorage;
use m2m_types::client_id::ClientId;
use m2m_types::client_secret::ClientSecret;
use m2m_types::names::{ClientName, OrganizationId, OwnerId};
use m2m_types::scope::ScopeSet;

use crate::client::Client;
use crate::clients::{ClientSettings, Clients, ClientsError};
use crate::organization::Organization;
use crate::owner::Owner;
use crate::ports::{ListedBy, StoreError};
use crate::resource_servers::ResourceServer;

/// Who the first owner is.
#[derive(Debug, Clone)]
pub struct FirstOwner {
    /// Its identifier.
    pub owner: OwnerId,
    /// Its tenant.
    pub organization: OrganizationId,
    /// What it may do.
    pub permissions: ScopeSet,
}

/// An admin client that is not in the store yet, so that its credentials can be kept before they count.
#[derive(Debug)]
pub struct NewAdmin {
    client: Client,
    client_secret: ClientSecret,
}

impl NewAdmin {
    /// Its identifier.
    pub fn client_id(&self) -> &ClientId {
        &self.client.id
    }

    /// Its secret, kept nowhere by this service.
    pub fn client_secret(&self) -> &ClientSecret {
        &self.client_secret
    }
}

/// Why there is no owner that an admin client could act for.
#[derive(Debug, thiserror::Error)]
pub enum NoOwner {
    /// Nobody made it.
    #[error("there is no owner {0}")]
    Unknown(OwnerId),
    /// It is somebody else's.
    #[error("the owner {owner} belongs to the organization {organization}")]
    Elsewhere {
        /// Who.
        owner: OwnerId,
        /// Where it belongs.
        organization: OrganizationId,
    },
    /// Its clients get no tokens.
    #[error("the owner {0} or its organization is switched off")]
    Inactive(OwnerId),
    /// Nothing can be said.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// As many clients are read at once.
const PAGE: u32 = 100;

impl Clients {
    /// The owner of that organization as it is now.
    ///
    /// # Errors
    /// There is none, or it cannot act.
    pub async fn present_owner(
        &self,
        owner: &OwnerId,
        organization: &OrganizationId,
    ) -> Result<FirstOwner, NoOwner> {
        let found = self.directory.find_principals(owner, organization).await?;
        let present = found.owner.ok_or_else(|| NoOwner::Unknown(owner.clone()))?;
        if present.organization != *organization {
            return Err(NoOwner::Elsewhere {
                owner: present.id,
                organization: present.organization,
            });
        }
        if !present.active || !found.organization.is_some_and(|tenant| tenant.active) {
            return Err(NoOwner::Inactive(present.id));
        }
        Ok(FirstOwner {
            owner: present.id,
            organization: present.organization,
            permissions: present.permissions,
        })
    }

    /// The live admin clients of an owner, in the order they were made.
    ///
    /// # Errors
    /// The store failed.
    pub async fn admins_of(&self, owner: &OwnerId) -> Result<Vec<Client>, StoreError> {
        let of = ListedBy::Owner(owner.clone());
        let mut admins = Vec::new();
        let mut after: Option<ClientId> = None;
        loop {
            let page = self.store.list(&of, false, after.as_ref(), PAGE).await?;
            let is_last = page.len() < PAGE as usize;
            after = page.last().map(|client| client.id.clone());
            // Only an admin client is for the management API when it names no resource.
            let of_the_page = page
                .into_iter()
                .filter(|client| client.default_audience == ResourceServer::Management);
            admins.extend(of_the_page);
            if is_last {
                return Ok(admins);
            }
        }
    }

    /// Makes the first organization and owner unless they exist; whether it did.
    ///
    /// # Errors
    /// The store failed.
    pub async fn provision_first_owner(&self, first: &FirstOwner) -> Result<bool, StoreError> {
        let owner = Owner::new(
            first.owner.clone(),
            first.organization.clone(),
            first.permissions.clone(),
            &*self.random,
        );
        let organization = Organization::unlimited(first.organization.clone(), &*self.random);
        self.directory
            .insert_principals(&owner, &organization)
            .await
    }

    /// An admin client of that owner, to be inserted: it holds everything the owner holds and, unlike any
    /// other, gets management scopes without naming them. Nobody deletes it by accident.
    pub fn prepare_admin(&self, first: &FirstOwner, name: ClientName) -> NewAdmin {
        let settings = ClientSettings {
            scopes: Some(first.permissions.clone()),
            default_scopes: Some(first.permissions.clone()),
            deletion_protection: true,
            ..ClientSettings::named(name, ResourceServer::Management)
        };
        let of = (&first.owner, &first.organization);
        let (secret, client_secret) = self.new_secret();
        let client = self.prepare(settings, of, SecretStorage::None, Some(secret));
        NewAdmin {
            client,
            client_secret,
        }
    }

    /// Inserts an admin client; from then on its credentials count.
    ///
    /// # Errors
    /// The store failed.
    pub async fn insert_admin(&self, admin: NewAdmin) -> Result<(), ClientsError> {
        let NewAdmin {
            client,
            client_secret,
        } = admin;
        self.insert(client, Some(&client_secret), None, None)
            .await?;
        Ok(())
    }
}
