//! The list of clients' secrets.

use aws_sdk_secretsmanager::types::{Filter, FilterNameStringType, SecretListEntry};
use m2m_core::ports::{StoreError, SurveyedValue};
use m2m_types::client_id::ClientId;

use super::presence::Presence;
use super::{CLIENT_TAG, Secrets, failed};

impl Secrets {
    /// Lists every secret that this service made for a client, also those that wait for their removal.
    pub(crate) async fn survey(&self) -> Result<Vec<SurveyedValue>, StoreError> {
        let prefix = format!("{}/clients/", self.prefix);
        let by_name = Filter::builder()
            .key(FilterNameStringType::Name)
            .values(&prefix)
            .build();
        let mut values = Vec::new();
        let mut pages = self
            .client
            .list_secrets()
            .filters(by_name)
            .include_planned_deletion(true)
            .into_paginator()
            .send();
        while let Some(page) = pages.next().await {
            let page =
                page.map_err(|error| failed("list the secrets", "ListSecrets", &prefix, &error))?;
            let entries = page.secret_list.unwrap_or_default();
            values.extend(entries.iter().filter_map(|entry| value_of(entry, &prefix)));
        }
        Ok(values)
    }

    pub(crate) async fn has_live_value(&self, client: &ClientId) -> Result<bool, StoreError> {
        Ok(self.presence_of(client).await? == Presence::Live)
    }
}

/// A secret of that name which carries our tag; somebody else's is left alone.
fn value_of(entry: &SecretListEntry, prefix: &str) -> Option<SurveyedValue> {
    let id = entry.name()?.strip_prefix(prefix)?;
    let is_ours = |tag: &aws_sdk_secretsmanager::types::Tag| {
        tag.key() == Some(CLIENT_TAG) && tag.value() == Some(id)
    };
    entry.tags().iter().find(|tag| is_ours(tag))?;
    Some(SurveyedValue {
        client: ClientId::parse(id).ok()?,
        is_scheduled_for_removal: entry.deleted_date().is_some(),
    })
}
