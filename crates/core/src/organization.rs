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

/// As many clients an organization without a limit may make in a day.
const UNLIMITED_MADE_A_DAY: u32 = 10_000;
/// As many any organization may.
const LEAST_MADE_A_DAY: u32 = 1_000;

/// How many clients an organization may make in a day of UTC, those counted that were deleted since. Whatever is deleted
/// is in the revocation snapshot of the whole deployment for a day, so nobody may do it without end.
pub(crate) fn max_made_a_day(max_clients: Option<u32>) -> u32 {
    max_clients.map_or(UNLIMITED_MADE_A_DAY, |max| {
        max.saturating_mul(10).max(LEAST_MADE_A_DAY)
    })
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
