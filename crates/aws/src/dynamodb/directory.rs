//! Reading what a request is decided by.

use async_trait::async_trait;
use m2m_core::client::Client;
use m2m_core::organization::Organization;
use m2m_core::owner::Owner;
use m2m_core::ports::{Directory, Lookup, Principals, StoreError};
use m2m_types::client_id::ClientId;
use m2m_types::names::{OrganizationId, OwnerId};

use super::Table;
use super::expression::Expression;
use super::items::{client, organization, owner};
use super::key::{Key, ORGANIZATION_COPIES};
use super::principals_memory::PrincipalsMemory;
use super::table::Found;
use super::transaction::{Transacted, Write};

/// Clients, owners and organizations in the table.
pub(crate) struct DynamoDbDirectory {
    table: Table,
    memory: PrincipalsMemory,
}

impl DynamoDbDirectory {
    pub(crate) fn new(table: Table) -> Self {
        Self {
            table,
            memory: PrincipalsMemory::new(),
        }
    }

    /// One of the copies of an organization, at random.
    fn any_copy(&self, id: &OrganizationId) -> Key {
        let [byte] = self.table.random.bytes();
        Key::organization_copy(id, byte % ORGANIZATION_COPIES)
    }
}

#[async_trait]
impl Directory for DynamoDbDirectory {
    async fn find_client(&self, id: &ClientId) -> Result<Lookup, StoreError> {
        let remembered = self.memory.recall(id).map(|(owner, organization)| {
            let keys = PrincipalKeys {
                owner: Key::owner(&owner),
                organization: self.any_copy(&organization),
            };
            (owner, organization, keys)
        });
        let client_key = Key::client(id);
        let mut keys = vec![client_key.clone()];
        if let Some((_, _, along)) = &remembered {
            keys.extend([along.owner.clone(), along.organization.clone()]);
        }
        let mut found = self.table.find_all("read a client", keys).await?;
        let Some(item) = found.take(&client_key) else {
            return Ok(Lookup::default());
        };
        let client = client::from_item(item)?;
        let principals = match &remembered {
            Some((owner, organization, along)) if is_behind(&client, owner, organization) => {
                Some(along.take_from(&mut found)?)
            }
            _ => {
                self.memory.note(id, &client.owner, &client.organization);
                None
            }
        };
        Ok(Lookup {
            client: Some(client),
            principals,
        })
    }

    async fn find_principals(
        &self,
        owner: &OwnerId,
        organization: &OrganizationId,
    ) -> Result<Principals, StoreError> {
        let keys = PrincipalKeys {
            owner: Key::owner(owner),
            organization: self.any_copy(organization),
        };
        let both = vec![keys.owner.clone(), keys.organization.clone()];
        let mut found = self
            .table
            .find_all("read an owner and an organization", both)
            .await?;
        keys.take_from(&mut found)
    }

    async fn insert_principals(
        &self,
        owner: &Owner,
        organization: &Organization,
    ) -> Result<bool, StoreError> {
        let owner_item = owner::to_item(owner)?;
        let mut writes = vec![Write::Put(owner_item, Expression::when_absent())];
        for copy in 0..ORGANIZATION_COPIES {
            let item = organization::to_item(organization, copy)?;
            writes.push(Write::Put(item, Expression::when_absent()));
        }
        let transacted = self
            .table
            .transact("write an owner and an organization", writes)
            .await?;
        Ok(transacted == Transacted::Written)
    }

    async fn ping(&self) -> Result<(), StoreError> {
        self.table.find("reach the table", Key::ping()).await?;
        Ok(())
    }
}

fn is_behind(client: &Client, owner: &OwnerId, organization: &OrganizationId) -> bool {
    client.owner == *owner && client.organization == *organization
}

/// Where the principals of a client lie.
struct PrincipalKeys {
    owner: Key,
    organization: Key,
}

impl PrincipalKeys {
    fn take_from(&self, found: &mut Found) -> Result<Principals, StoreError> {
        let owner = found.take(&self.owner).map(owner::from_item);
        let organization = found.take(&self.organization).map(organization::from_item);
        Ok(Principals {
            owner: owner.transpose()?,
            organization: organization.transpose()?,
        })
    }
}
