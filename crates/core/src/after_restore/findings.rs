//! What the table of an earlier moment has wrong.

use std::collections::{BTreeMap, BTreeSet};

use m2m_types::admin::client::SecretStorage;
use m2m_types::client_id::ClientId;
use m2m_types::names::OrganizationId;

use crate::client::ClientState;
use crate::ports::{ListEntry, ListedBy, SurveyedClient, SurveyedValue, TableSurvey};

/// What a restored table has wrong, as far as the values of secrets tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// Live in the table, but their secrets are gone or on their way out: they were deleted since.
    pub deleted_since: Vec<SurveyedClient>,
    /// How many are live in the table with a live secret.
    pub confirmed: usize,
    /// Live in the table and without a kept value: nothing tells whether they were deleted since.
    pub unverifiable: Vec<SurveyedClient>,
    /// Only their secrets are there: they were made since.
    pub made_since: Vec<ClientId>,
    /// Deleted in the table, but their secrets are not on their way out.
    pub still_kept: Vec<ClientId>,
    /// Deleted in the table.
    pub deleted: Vec<ClientId>,
    /// Creates that were under way.
    pub unfinished: Vec<ClientId>,
    /// Entries that a list lacks.
    pub missing_entries: Vec<ListEntry>,
    /// Entries that lead nowhere.
    pub stale_entries: Vec<ListEntry>,
    /// Counts that are wrong: as they are, and as they should be.
    pub wrong_counts: Vec<(OrganizationId, Option<i64>, i64)>,
}

impl Findings {
    /// Compares the table with the values.
    pub fn of(table: &TableSurvey, values: &[SurveyedValue]) -> Self {
        let mut findings = Self::default();
        let live: BTreeSet<_> = values
            .iter()
            .filter(|value| !value.is_scheduled_for_removal)
            .map(|value| &value.client)
            .collect();
        for client in &table.clients {
            findings.look_at(client, live.contains(&client.id));
        }
        let known: BTreeSet<_> = table.clients.iter().map(|client| &client.id).collect();
        let unknown = live.difference(&known);
        findings.made_since = unknown.map(|id| (*id).clone()).collect();
        findings.compare_entries(table);
        findings.compare_counts(table);
        findings
    }

    /// Whether the operator may say that a client was deleted since: nothing else tells, or an earlier run did it.
    pub(super) fn lets_delete(&self, id: &ClientId) -> bool {
        self.unverifiable.iter().any(|client| client.id == *id) || self.deleted.contains(id)
    }

    fn look_at(&mut self, client: &SurveyedClient, has_live_value: bool) {
        match (client.state, client.secret_storage) {
            (ClientState::Pending | ClientState::Abandoned, _) => {
                self.unfinished.push(client.id.clone());
            }
            (ClientState::Active | ClientState::Disabled, SecretStorage::None) => {
                self.unverifiable.push(client.clone());
            }
            (ClientState::Active | ClientState::Disabled, SecretStorage::SecretsManager)
                if !has_live_value =>
            {
                self.deleted_since.push(client.clone());
            }
            (ClientState::Active | ClientState::Disabled, SecretStorage::SecretsManager) => {
                self.confirmed += 1;
            }
            (ClientState::Deleted { .. }, _) => {
                self.deleted.push(client.id.clone());
                if has_live_value {
                    self.still_kept.push(client.id.clone());
                }
            }
        }
    }

    fn compare_entries(&mut self, table: &TableSurvey) {
        let expected: BTreeSet<_> = table.clients.iter().flat_map(entries_of).collect();
        let present: BTreeSet<_> = table.entries.iter().cloned().collect();
        self.missing_entries = expected.difference(&present).cloned().collect();
        self.stale_entries = present.difference(&expected).cloned().collect();
    }

    fn compare_counts(&mut self, table: &TableSurvey) {
        let mut expected: BTreeMap<&OrganizationId, i64> = BTreeMap::new();
        for organization in table.counts.keys() {
            expected.insert(organization, 0);
        }
        for client in &table.clients {
            if !matches!(client.state, ClientState::Deleted { .. }) {
                *expected.entry(&client.organization).or_default() += 1;
            }
        }
        let wrong = expected.into_iter().filter_map(|(organization, count)| {
            let present = table.counts.get(organization).copied();
            (present != Some(count)).then(|| (organization.clone(), present, count))
        });
        self.wrong_counts = wrong.collect();
    }
}

/// Where a client is listed: by its owner and by its organization. A create under way is nowhere.
fn entries_of(client: &SurveyedClient) -> Vec<ListEntry> {
    let deleted = match client.state {
        ClientState::Pending | ClientState::Abandoned => return Vec::new(),
        ClientState::Active | ClientState::Disabled => false,
        ClientState::Deleted { .. } => true,
    };
    let lists = [
        ListedBy::Owner(client.owner.clone()),
        ListedBy::Organization(client.organization.clone()),
    ];
    let entry = |of| ListEntry {
        of,
        client: client.id.clone(),
        deleted,
    };
    lists.map(entry).into()
}
