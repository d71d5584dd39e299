//! Reading what a request is decided by.

use async_trait::async_trait;
use jiff::Timestamp;
use m2m_core::client::Client;
use m2m_core::organization::Organization;
use m2m_core::owner::Owner;
use m2m_core::ports::{Directory, Lookup, Principals, StoreError, WriteOutcome};
use m2m_types::client_id::ClientId;
use m2m_types::names::{OrganizationId, OwnerId};

use super::Table;
use super::expression::Expression;
use super::items::{client, organization, owner};
use super::key::{Key, ORGANIZATION_COPIES};
use super::principals_memory::PrincipalsMemory;
use super::table::Found;
use super::transaction::{Transacted, Write};
use super::update::{Updated, has_all};
use crate::deadline::within_deadline;

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
        let what = "read a client";
        let mut found =
            within_deadline(what, self.table.store(), self.table.find_all(what, keys)).await?;
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
        let what = "read an owner and an organization";
        let mut found =
            within_deadline(what, self.table.store(), self.table.find_all(what, both)).await?;
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
        let what = "write an owner and an organization";
        let transacted =
            within_deadline(what, self.table.store(), self.table.transact(what, writes)).await?;
        Ok(transacted == Transacted::Written)
    }

    async fn replace_owner(
        &self,
        owner: &Owner,
        expected: Option<&Owner>,
    ) -> Result<WriteOutcome, StoreError> {
        let wanted = owner::to_item(owner)?;
        let expected = expected.map(owner::to_item).transpose()?;
        let changes = Expression::set_all(&wanted).when_still(expected.as_ref());
        let what = "write an owner";
        let update = self.table.update(what, Key::owner(&owner.id), changes);
        // If an answer was lost and the SDK sent the update again, the second finds what the first wrote.
        Ok(
            match within_deadline(what, self.table.store(), update).await? {
                Updated::Refused(there) if !has_all(there.as_ref(), &wanted) => {
                    WriteOutcome::ChangedMeanwhile
                }
                Updated::Refused(_) | Updated::Written => WriteOutcome::Written,
            },
        )
    }

    async fn stop_owner(
        &self,
        owner: &Owner,
        expected: &Owner,
        now: Timestamp,
    ) -> Result<WriteOutcome, StoreError> {
        let what = "stop an owner";
        let stop = self.table.stop_owner(what, owner, expected, now);
        within_deadline(what, self.table.store(), stop).await
    }

    async fn replace_organization(
        &self,
        organization: &Organization,
        expected: Option<&Organization>,
    ) -> Result<WriteOutcome, StoreError> {
        let what = "write an organization";
        let write = self
            .table
            .replace_organization(what, organization, expected);
        within_deadline(what, self.table.store(), write).await
    }

    async fn stop_organization(
        &self,
        organization: &Organization,
        expected: &Organization,
        now: Timestamp,
    ) -> Result<WriteOutcome, StoreError> {
        let what = "stop an organization";
        let stop = self
            .table
            .stop_organization(what, organization, expected, now);
        within_deadline(what, self.table.store(), stop).await
    }

    async fn ping(&self) -> Result<(), StoreError> {
        let what = "reach the table";
        within_deadline(what, self.table.store(), self.table.find(what, Key::ping())).await?;
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use m2m_local::stand_in::StandIn;
    use m2m_testkit::SeededRandom;
    use m2m_testkit::builders::client_id;

    use super::*;
    use crate::config::StoresConfig;
    use crate::tables::create_table_if_missing;

    #[tokio::test]
    async fn h49_unknown_clients_do_not_fill_the_memory() {
        let sdk = StandIn::memory().unwrap().sdk_config();
        let config = StoresConfig {
            table: "m2m-test".to_owned(),
            secret_prefix: "m2m/test".to_owned(),
            secret_kms_key: None,
        };
        create_table_if_missing(&sdk, &config).await.unwrap();
        let client = aws_sdk_dynamodb::Client::new(&sdk);
        let table = Table::new(client, config.table, Arc::new(SeededRandom::new(1)));
        let directory = DynamoDbDirectory::new(table);
        for number in 0..10 {
            let id = client_id(&format!("nobody-{number}"));
            directory.find_client(&id).await.unwrap();
        }
        assert!(directory.memory.is_empty());
    }
}
