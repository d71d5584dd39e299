//! Remembering who stands behind a client, so that they can be read along with it.

use m2m_types::client_id::ClientId;
use m2m_types::names::{OrganizationId, OwnerId};
use quick_cache::sync::Cache;

/// How many clients are remembered; about 3 MB when all of them are in use.
const CAPACITY: usize = 10_000;

/// The identifiers last seen behind a client; never what was read of them, so that nothing stale can
/// decide a request.
pub(super) struct PrincipalsMemory(Cache<ClientId, (OwnerId, OrganizationId)>);

impl PrincipalsMemory {
    pub(super) fn new() -> Self {
        Self(Cache::new(CAPACITY))
    }

    /// Whom to read along with the client.
    pub(super) fn recall(&self, client: &ClientId) -> Option<(OwnerId, OrganizationId)> {
        self.0.get(client)
    }

    /// Only for clients that exist: unknown ones must not push these out.
    pub(super) fn note(&self, client: &ClientId, owner: &OwnerId, organization: &OrganizationId) {
        self.0
            .insert(client.clone(), (owner.clone(), organization.clone()));
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_memory_is_bounded() {
        let memory = PrincipalsMemory::new();
        let owner = OwnerId::parse("local|ada").unwrap();
        let organization = OrganizationId::parse("acme").unwrap();
        for number in 0..3 * CAPACITY {
            let client = ClientId::parse(format!("client-{number}")).unwrap();
            memory.note(&client, &owner, &organization);
        }
        assert!(memory.0.len() <= CAPACITY);
    }
}
