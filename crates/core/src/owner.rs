//! Owners: on whose behalf clients act.

use m2m_types::generation::Generation;
use m2m_types::names::{OrganizationId, OwnerId};
use m2m_types::scope::ScopeSet;

/// An owner and what it may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Its identifier.
    pub id: OwnerId,
    /// Its tenant.
    pub organization: OrganizationId,
    /// What it, and so the most that its clients, may do.
    pub permissions: ScopeSet,
    /// Whether its clients get tokens.
    pub active: bool,
    /// Raised whenever it is switched off.
    pub generation: Generation,
}
