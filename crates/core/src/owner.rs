//! Owners: on whose behalf clients act.

use m2m_types::generation::Generation;
use m2m_types::handle::Handle;
use m2m_types::names::{OrganizationId, OwnerId};
use m2m_types::scope::ScopeSet;

use crate::random::Random;

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
    /// Names it where its identifier would tell too much.
    pub handle: Handle,
}

impl Owner {
    /// A new one, active.
    pub fn new(
        id: OwnerId,
        organization: OrganizationId,
        permissions: ScopeSet,
        random: &dyn Random,
    ) -> Self {
        Self {
            id,
            organization,
            permissions,
            active: true,
            generation: Generation::default(),
            handle: Handle::from_random_bytes(random.bytes()),
        }
    }
}
