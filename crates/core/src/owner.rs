//! Owners: on whose behalf clients act.

use jiff::Timestamp;
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
    /// Who decides that.
    pub permissions_source: PermissionsSource,
    /// Whether its clients get tokens.
    pub active: bool,
    /// Raised whenever it is switched off.
    pub generation: Generation,
    /// Names it where its identifier would tell too much.
    pub handle: Handle,
}

/// Who decides what an owner may do.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum PermissionsSource {
    /// Its record, which admins change; what a login claims narrows that one request.
    #[default]
    Record,
    /// Its logins: one that claims something else changes the record.
    Login {
        /// When the login was issued that changed it last, or an admin did: an older login changes nothing, so that nobody who
        /// lost permissions brings them back with a token of before. None: nobody has changed it yet.
        as_of: Option<Timestamp>,
    },
}

impl Owner {
    /// A new one, active, whose record decides.
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
            permissions_source: PermissionsSource::Record,
            active: true,
            generation: Generation::default(),
            handle: Handle::from_random_bytes(random.bytes()),
        }
    }
}
