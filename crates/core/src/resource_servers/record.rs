//! A resource server as it is kept.

use std::collections::BTreeSet;

use jiff::Timestamp;
use m2m_types::audience::Audience;
use m2m_types::authorization_details::DetailType;
use m2m_types::client_id::ClientId;
use m2m_types::names::{ResourceServerId, ResourceServerName};
use m2m_types::scope::ScopeSet;
use m2m_types::ttl::AccessTokenTtl;

use crate::keys::SigningAlgorithm;
use crate::revision::Revision;

/// An API of the organisation's own that an operator has described.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceServerRecord {
    /// Names it in paths.
    pub id: ResourceServerId,
    /// The `aud` of its tokens; no two have the same.
    pub identifier: Audience,
    /// What people call it.
    pub name: ResourceServerName,
    /// Its scopes; no two resource servers share one.
    pub scopes: ScopeSet,
    /// The longest life of its tokens; none: as their clients say.
    pub access_token_ttl: Option<AccessTokenTtl>,
    /// What signs its tokens; none: the deployment's key.
    pub algorithm: Option<SigningAlgorithm>,
    /// Who may introspect its tokens.
    pub introspection_clients: BTreeSet<ClientId>,
    /// The types of authorization details that it knows.
    pub authorization_details_types: BTreeSet<DetailType>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Counts its changes.
    pub revision: Revision,
}

/// All resource servers as the store has them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeptCatalog {
    /// Counts the changes of any of them; 0: there was none yet.
    pub revision: u64,
    /// In the order of their ids, which is that in which they were made.
    pub servers: Vec<ResourceServerRecord>,
}
