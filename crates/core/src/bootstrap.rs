//! The first owner of a deployment and its admin client.

use m2m_types::admin::client::{SecretStorage, Tags};
use m2m_types::client_id::ClientId;
use m2m_types::client_secret::ClientSecret;
use m2m_types::generation::Generation;
use m2m_types::names::{ClientName, OrganizationId, OwnerId};
use m2m_types::scope::ScopeSet;
use m2m_types::ttl::AccessTokenTtl;

use crate::client::Client;
use crate::clients::{ClientSettings, Clients, ClientsError};
use crate::organization::Organization;
use crate::owner::Owner;
use crate::ports::StoreError;
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

impl Clients {
    /// Makes the first organization and owner unless they exist; whether it did.
    ///
    /// # Errors
    /// The store failed.
    pub async fn provision_first_owner(&self, first: &FirstOwner) -> Result<bool, StoreError> {
        let owner = Owner {
            id: first.owner.clone(),
            organization: first.organization.clone(),
            permissions: first.permissions.clone(),
            active: true,
            generation: Generation::default(),
        };
        let organization = Organization {
            id: first.organization.clone(),
            name: first.organization.to_string(),
            plan: "unlimited".to_owned(),
            m2m_clients_allowed: true,
            max_clients: None,
            active: true,
            generation: Generation::default(),
        };
        self.directory
            .insert_principals(&owner, &organization)
            .await
    }

    /// An admin client of that owner, to be inserted: it holds everything the owner holds and, unlike any
    /// other, gets management scopes without naming them. Nobody deletes it by accident.
    pub fn prepare_admin(&self, first: &FirstOwner, name: ClientName) -> NewAdmin {
        let settings = ClientSettings {
            name,
            description: None,
            scopes: Some(first.permissions.clone()),
            default_scopes: Some(first.permissions.clone()),
            access_token_ttl: AccessTokenTtl::default(),
            deletion_protection: true,
            tags: Tags::new(),
        };
        let (client, client_secret) = self.prepare(
            settings,
            (&first.owner, &first.organization),
            SecretStorage::None,
            ResourceServer::Management,
        );
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
        self.insert(client, &client_secret, None, None).await?;
        Ok(())
    }
}
