//! The APIs of a deployment at one moment, and whose each scope is.

use std::collections::{BTreeSet, HashMap};

use m2m_types::admin::scopes::ManagementScope;
use m2m_types::audience::Audience;
use m2m_types::authorization_details::DetailType;
use m2m_types::client_id::ClientId;
use m2m_types::names::ResourceServerId;
use m2m_types::scope::{Scope, ScopeSet};
use m2m_types::ttl::AccessTokenTtl;

use super::{KeptCatalog, ResourceServer, ResourceServerRecord, ResourceServers};

/// The management API, the default audience and every recorded resource server.
///
/// A management scope is the management API's, a scope of a record that record's; all others are the default
/// audience's, unless there is a record for it, which then names its scopes like any other.
#[derive(Debug)]
pub struct KnownServers {
    fixed: ResourceServers,
    revision: u64,
    servers: Vec<ResourceServerRecord>,
    by_identifier: HashMap<Audience, usize>,
    by_scope: HashMap<Scope, usize>,
}

impl KnownServers {
    pub(super) fn new(fixed: ResourceServers, kept: KeptCatalog) -> Self {
        let KeptCatalog { revision, servers } = kept;
        let (mut by_identifier, mut by_scope) = (HashMap::new(), HashMap::new());
        for (position, server) in servers.iter().enumerate() {
            by_identifier.insert(server.identifier.clone(), position);
            for scope in server.scopes.iter() {
                by_scope.insert(scope.clone(), position);
            }
        }
        Self {
            fixed,
            revision,
            servers,
            by_identifier,
            by_scope,
        }
    }

    /// What is decided once per deployment.
    pub(crate) fn fixed(&self) -> &ResourceServers {
        &self.fixed
    }

    /// What a new client's tokens are for.
    pub fn default_for_clients(&self) -> ResourceServer {
        self.fixed.default_for_clients()
    }

    pub(super) fn revision(&self) -> u64 {
        self.revision
    }

    /// The same after a write of that server.
    pub(super) fn with(&self, written: ResourceServerRecord) -> Self {
        let mut servers = self.servers.clone();
        servers.retain(|server| server.id != written.id);
        servers.push(written);
        servers.sort_by(|one, other| one.id.cmp(&other.id));
        self.after(servers)
    }

    /// The same after the removal of that server.
    pub(super) fn without(&self, removed: &ResourceServerId) -> Self {
        let mut servers = self.servers.clone();
        servers.retain(|server| server.id != *removed);
        self.after(servers)
    }

    fn after(&self, servers: Vec<ResourceServerRecord>) -> Self {
        let revision = self.revision + 1;
        Self::new(self.fixed.clone(), KeptCatalog { revision, servers })
    }

    /// The recorded ones in the order they were made.
    pub fn recorded(&self) -> &[ResourceServerRecord] {
        &self.servers
    }

    /// The recorded one of that id.
    pub fn recorded_as(&self, id: &ResourceServerId) -> Option<&ResourceServerRecord> {
        self.servers.iter().find(|server| server.id == *id)
    }

    /// The API with that identifier, compared to the byte.
    pub fn find(&self, unverified_identifier: &str) -> Option<ResourceServer> {
        if let Some(fixed) = self.fixed.find(unverified_identifier) {
            return Some(fixed);
        }
        let identifier = Audience::parse(unverified_identifier).ok()?;
        self.by_identifier
            .contains_key(&identifier)
            .then_some(ResourceServer::Api(identifier))
    }

    /// Whether tokens for it are issued here. A client may have been made for one that was removed since.
    pub fn has(&self, server: &ResourceServer) -> bool {
        self.find(self.audience_of(server).as_str()).is_some()
    }

    /// What is recorded about an API, if anything is.
    pub fn record_of(&self, server: &ResourceServer) -> Option<&ResourceServerRecord> {
        let ResourceServer::Api(identifier) = server else {
            return None;
        };
        let position = self.by_identifier.get(identifier)?;
        self.servers.get(*position)
    }

    /// How long tokens for that API live that would live so long otherwise.
    pub fn lifetime(&self, server: &ResourceServer, own: AccessTokenTtl) -> AccessTokenTtl {
        let most = self.record_of(server).and_then(|it| it.access_token_ttl);
        most.map_or(own, |most| own.min(most))
    }

    /// Whether the API with that identifier lists the client among those that may know its tokens.
    pub fn lists(&self, audience: &Audience, client: &ClientId) -> bool {
        let server = self.find(audience.as_str());
        let record = server.as_ref().and_then(|server| self.record_of(server));
        record.is_some_and(|record| record.introspection_clients.contains(client))
    }

    /// Every type of authorization details that some API knows.
    pub fn authorization_details_types(&self) -> BTreeSet<&DetailType> {
        let types = self.servers.iter();
        types
            .flat_map(|server| &server.authorization_details_types)
            .collect()
    }

    /// The recorded resource server that the scope is one of.
    pub fn recorded_owner_of(&self, scope: &Scope) -> Option<&ResourceServerRecord> {
        self.servers.get(*self.by_scope.get(scope)?)
    }

    /// Whether the scope is one of that API's.
    pub fn owns(&self, server: &ResourceServer, scope: &Scope) -> bool {
        let ResourceServer::Api(identifier) = server else {
            return ManagementScope::includes(scope);
        };
        if ManagementScope::includes(scope) {
            return false;
        }
        match (self.recorded_owner_of(scope), self.record_of(server)) {
            (Some(owner), _) => owner.identifier == *identifier,
            (None, Some(_)) => false,
            (None, None) => *server == self.fixed.default_for_clients(),
        }
    }

    /// Those of the scopes that are that API's.
    #[must_use]
    pub fn filter(&self, server: &ResourceServer, scopes: &ScopeSet) -> ScopeSet {
        let own = scopes.iter().filter(|scope| self.owns(server, scope));
        own.cloned().collect()
    }

    /// The `aud` of tokens for that API.
    pub fn audience_of<'a>(&'a self, server: &'a ResourceServer) -> &'a Audience {
        self.fixed.audience_of(server)
    }

    /// Whether a record may not have that identifier, because it is the management API's.
    pub(super) fn is_management(&self, identifier: &Audience) -> bool {
        self.fixed.audience_of(&ResourceServer::Management) == identifier
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::resource_servers::testing::{DEFAULT, known};

    #[track_caller]
    fn check(known: &KnownServers, scope: &str, owner: Option<&str>) {
        let scope = Scope::parse(scope).unwrap();
        let all = ["https://auth.example/v1", DEFAULT, "urn:a", "urn:b"];
        let servers = all.iter().filter_map(|identifier| known.find(identifier));
        let owners: Vec<_> = servers
            .filter(|server| known.owns(server, &scope))
            .collect();
        let owners: Vec<_> = owners
            .iter()
            .map(|server| known.audience_of(server).as_str())
            .collect();
        assert_eq!(owners, owner.as_slice(), "{scope}");
    }

    #[test]
    fn the_default_audience_has_what_nobody_else_has() {
        let known = known(&[("urn:a", "a b")]);
        check(&known, "a", Some("urn:a"));
        check(&known, "c", Some(DEFAULT));
        check(&known, "clients:read", Some("https://auth.example/v1"));
    }

    #[test]
    fn a_recorded_default_audience_has_what_its_record_says() {
        let known = known(&[("urn:a", "a"), (DEFAULT, "d")]);
        check(&known, "d", Some(DEFAULT));
        check(&known, "a", Some("urn:a"));
        check(&known, "c", None);
    }

    #[test]
    fn what_is_not_recorded_is_not_served() {
        let known = known(&[("urn:a", "a")]);
        assert!(known.find("urn:A").is_none());
        let removed = ResourceServer::Api(Audience::parse("urn:b").unwrap());
        assert!(!known.has(&removed));
        assert!(!known.owns(&removed, &Scope::parse("c").unwrap()));
    }

    proptest! {
        #[test]
        fn a_scope_is_at_most_one_servers(
            a in "[a-d]( [a-d]){0,3}", default_is_recorded: bool, asked in "[a-f]( [a-f]){0,4}",
        ) {
            let rest: Vec<_> = ["e", "f"].into_iter().collect();
            let rest = rest.join(" ");
            let mut records = vec![("urn:a", a.as_str())];
            if default_is_recorded {
                records.push((DEFAULT, rest.as_str()));
            }
            let known = known(&records);
            let asked = ScopeSet::parse(&asked).unwrap();
            let servers = ["https://auth.example/v1", DEFAULT, "urn:a"].map(|it| known.find(it).unwrap());
            for scope in asked.iter() {
                prop_assert!(servers.iter().filter(|server| known.owns(server, scope)).count() <= 1);
            }
            let parts = servers.iter().map(|server| known.filter(server, &asked).len());
            prop_assert!(parts.sum::<usize>() <= asked.len());
        }
    }
}
