//! The whole table at once, and mending what is derived in it.

use m2m_core::ports::{ListEntry, ListedBy, StoreError, SurveyedClient, TableSurvey};
use m2m_types::admin::client::SecretStorage;
use m2m_types::client_id::ClientId;
use m2m_types::names::{OrganizationId, OwnerId};

use super::expression::{Expression, number};
use super::items::client;
use super::key::{Key, LISTS, ListKind, ORGANIZATION, PARTITION_KEY, SORT_KEY, text_of};
use super::update::Updated;
use super::{Item, Table};
use crate::failure::failed;

const WHAT: &str = "read the table";

impl Table {
    /// Reads every item consistently, in as many round trips as there are megabytes.
    pub(crate) async fn survey(&self) -> Result<TableSurvey, StoreError> {
        let mut survey = TableSurvey::default();
        let mut after = None;
        loop {
            let output = self
                .client
                .scan()
                .table_name(&self.name)
                .consistent_read(true)
                .set_exclusive_start_key(after)
                .send()
                .await
                .map_err(|error| self.failed(WHAT, "Scan", &error))?;
            for item in output.items.unwrap_or_default() {
                note(&mut survey, item)?;
            }
            after = output.last_evaluated_key;
            if after.is_none() {
                return Ok(survey);
            }
        }
    }

    pub(crate) async fn write_entry(&self, entry: &ListEntry) -> Result<(), StoreError> {
        self.client
            .put_item()
            .table_name(&self.name)
            .set_item(Some(key_of(entry).into_item()))
            .send()
            .await
            .map_err(|error| self.failed("write an entry of a list", "PutItem", &error))?;
        Ok(())
    }

    pub(crate) async fn remove_entry(&self, entry: &ListEntry) -> Result<(), StoreError> {
        self.client
            .delete_item()
            .table_name(&self.name)
            .set_key(Some(key_of(entry).into_item()))
            .send()
            .await
            .map_err(|error| self.failed("remove an entry of a list", "DeleteItem", &error))?;
        Ok(())
    }

    pub(crate) async fn set_count(
        &self,
        organization: &OrganizationId,
        expected: Option<i64>,
        count: i64,
    ) -> Result<bool, StoreError> {
        let change = Expression::update("SET clients = :count").value(":count", number(count));
        let change = match expected {
            None => change.and_when("attribute_not_exists(clients)"),
            Some(expected) => change
                .and_when("clients = :expected")
                .value(":expected", number(expected)),
        };
        let key = Key::client_count(organization);
        let updated = self.update("set a count", key, change).await?;
        Ok(matches!(updated, Updated::Written))
    }
}

fn key_of(entry: &ListEntry) -> Key {
    let list = if entry.deleted {
        ListKind::Deleted
    } else {
        ListKind::Live
    };
    list.entry(&entry.of, &entry.client)
}

/// Notes an item if it is a client, an entry or a count; the others are not derived from clients.
fn note(survey: &mut TableSurvey, item: Item) -> Result<(), StoreError> {
    let text = |name| text_of(&item, name).cloned().unwrap_or_default();
    let (pk, sk) = (text(PARTITION_KEY), text(SORT_KEY));
    let organization = pk.strip_prefix(ORGANIZATION);
    if pk.starts_with("CLIENT#") {
        survey.clients.push(client_of(&pk, item)?);
    } else if let Some(owner) = pk.strip_prefix("OWNER#") {
        let owner = OwnerId::parse(owner).map_err(|error| damaged(&pk, &error))?;
        survey
            .entries
            .extend(entry_of(ListedBy::Owner(owner), &sk)?);
    } else if let Some(id) = organization.and_then(|rest| rest.strip_suffix(LISTS)) {
        let id = OrganizationId::parse(id).map_err(|error| damaged(&pk, &error))?;
        survey
            .entries
            .extend(entry_of(ListedBy::Organization(id), &sk)?);
    } else if let (Some(organization), "COUNT") = (organization, sk.as_str()) {
        let organization = OrganizationId::parse(organization).map_err(|e| damaged(&pk, &e))?;
        survey.counts.insert(organization, count_of(&pk, &item)?);
    }
    Ok(())
}

fn client_of(pk: &str, item: Item) -> Result<SurveyedClient, StoreError> {
    let client = client::from_item(item).map_err(|error| damaged(pk, &error))?;
    // A client without a secret has no value to keep, wherever its next one would go.
    let has_value = client.secrets.iter().any(|secret| secret.arn.is_some());
    Ok(SurveyedClient {
        last_used_at: client.last_used_at(),
        id: client.id,
        name: client.name,
        owner: client.owner,
        organization: client.organization,
        state: client.state,
        secret_storage: if has_value {
            client.secret_storage
        } else {
            SecretStorage::None
        },
    })
}

/// The owner itself lies in the same partition as its lists.
fn entry_of(of: ListedBy, sk: &str) -> Result<Option<ListEntry>, StoreError> {
    for (list, deleted) in [(ListKind::Live, false), (ListKind::Deleted, true)] {
        let Some(client) = sk.strip_prefix(list.prefix()) else {
            continue;
        };
        return Ok(Some(ListEntry {
            of,
            client: ClientId::parse(client).map_err(|error| damaged(sk, &error))?,
            deleted,
        }));
    }
    Ok(None)
}

fn count_of(pk: &str, item: &Item) -> Result<i64, StoreError> {
    let count = item.get("clients").and_then(|count| count.as_n().ok());
    let count = count.map_or("", String::as_str);
    count.parse().map_err(|error| damaged(pk, &error))
}

fn damaged(key: &str, error: &dyn std::error::Error) -> StoreError {
    failed(&format!("{WHAT}: the item {key} is damaged"), error)
}
