//! An API access token as it is kept.

use std::collections::BTreeSet;

use jiff::Timestamp;
use m2m_types::audience::Audience;
use m2m_types::client_id::ClientId;
use m2m_types::data_grant::DataGrant;
use m2m_types::generation::Generations;
use m2m_types::names::{ApiTokenId, ApiTokenName, OrganizationId, OwnerId};
use m2m_types::referer::Referer;
use m2m_types::scope::ScopeSet;

use crate::revision::Revision;
use crate::secret::SecretDigest;

/// An API access token, without its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiToken {
    /// Names it in paths.
    pub id: ApiTokenId,
    /// What a presented value is found by.
    pub digest: SecretDigest,
    /// The value's last characters before the checksum.
    pub hint: String,
    /// What people call it.
    pub name: ApiTokenName,
    /// On whose behalf it acts.
    pub owner: OwnerId,
    /// The owner's tenant.
    pub organization: OrganizationId,
    /// The client that made it and that it dies with; none: it has none.
    pub client: Option<ClientId>,
    /// Of those behind it, as its maker read them: it never outlives a stop.
    pub generations: Generations,
    /// The resource servers that it is for, each once.
    pub allowed_apis: Vec<Audience>,
    /// The most that it may do there.
    pub scopes: ScopeSet,
    /// The data that it opens.
    pub grants: BTreeSet<DataGrant>,
    /// The web origins that it may be used from; empty: everywhere.
    pub referers: BTreeSet<Referer>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// When it ends, in whole seconds; none: when it is deleted.
    pub expires_at: Option<Timestamp>,
    /// Counts its changes.
    pub revision: Revision,
}

impl ApiToken {
    /// Whether its time is not over.
    pub fn is_in_time(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }
}
