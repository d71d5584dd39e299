//! Organizations: the tenants.

use m2m_types::admin::limits::TokenQuota;
use m2m_types::generation::Generation;
use m2m_types::handle::Handle;
use m2m_types::names::OrganizationId;

use crate::random::Random;

/// An organization, its plan and its limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Its identifier.
    pub id: OrganizationId,
    /// What people call it.
    pub name: String,
    /// The plan it is on, in the operator's words.
    pub plan: String,
    /// Whether the plan includes M2M OAuth clients; existing ones go on working without.
    pub m2m_clients_allowed: bool,
    /// How many clients it may have; none: as many as it likes.
    pub max_clients: Option<u32>,
    /// How many tokens all its clients together may get; none: as many as they like.
    pub token_quota: Option<TokenQuota>,
    /// Whether its clients get tokens.
    pub active: bool,
    /// Raised whenever it is switched off.
    pub generation: Generation,
    /// Names it where its identifier would tell too much.
    pub handle: Handle,
}

impl Organization {
    /// A new one, named as its identifier, that may have as many clients as it likes.
    pub fn unlimited(id: OrganizationId, random: &dyn Random) -> Self {
        Self {
            name: id.to_string(),
            id,
            plan: "unlimited".to_owned(),
            m2m_clients_allowed: true,
            max_clients: None,
            token_quota: None,
            active: true,
            generation: Generation::default(),
            handle: Handle::from_random_bytes(random.bytes()),
        }
    }
}
