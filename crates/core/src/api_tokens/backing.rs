//! Who stands behind a token at this moment.

use std::collections::BTreeMap;

use m2m_types::audience::Audience;
use m2m_types::generation::{Generation, Generations};
use m2m_types::names::{OrganizationId, OwnerId};
use m2m_types::scope::ScopeSet;

use super::ApiToken;
use crate::active_client::{ActiveClient, NotActive, both_active};
use crate::client::{AudienceGrant, scopes_at};
use crate::ports::Directory;
use crate::resource_servers::KnownServers;

/// The client that a token dies with, its owner and its organization; or, without a client, the last two.
pub(super) struct Backing {
    owner: OwnerId,
    organization: OrganizationId,
    generations: Generations,
    scopes: ScopeSet,
    audience_grants: Option<Vec<AudienceGrant>>,
}

impl Backing {
    /// Reads them, if they are all active: one read.
    pub(super) async fn read(
        directory: &dyn Directory,
        token: &ApiToken,
        deployment: Generation,
    ) -> Result<Self, NotActive> {
        let Some(client) = &token.client else {
            let found = directory.find_principals(&token.owner, &token.organization);
            let (owner, organization) = both_active(found.await?)?;
            return Ok(Self {
                generations: Generations {
                    client: Generation::default(),
                    owner: owner.generation,
                    organization: organization.generation,
                    deployment,
                    owner_handle: owner.handle,
                    organization_handle: organization.handle,
                },
                owner: owner.id,
                organization: owner.organization,
                scopes: owner.permissions,
                audience_grants: None,
            });
        };
        let active = ActiveClient::of(directory, directory.find_client(client).await?).await?;
        Ok(Self {
            generations: active.generations(deployment),
            scopes: active.allowed_scopes(),
            owner: active.client.owner,
            organization: active.client.organization,
            audience_grants: active.client.audience_grants,
        })
    }

    /// Whether the token is theirs and was not stopped with any of them.
    pub(super) fn carries(&self, token: &ApiToken) -> bool {
        self.owner == token.owner
            && self.organization == token.organization
            && token.generations.survive(&self.generations)
    }

    /// What the token allows at each of its APIs, never more than they could get there themselves; APIs where that is
    /// nothing are left out.
    pub(super) fn allows(
        &self,
        token: &ApiToken,
        known: &KnownServers,
    ) -> BTreeMap<Audience, ScopeSet> {
        let of_api = |api: &Audience| {
            let server = known.find(api.as_str())?;
            let grants = self.audience_grants.as_deref();
            let most = scopes_at(known, &server, &self.scopes, grants);
            let scopes = token.scopes.intersection(&most);
            (!scopes.is_empty()).then(|| (api.clone(), scopes))
        };
        token.allowed_apis.iter().filter_map(of_api).collect()
    }
}
