//! A catalog for unit tests.

use std::collections::BTreeSet;

use jiff::Timestamp;
use m2m_types::audience::Audience;
use m2m_types::issuer::Issuer;
use m2m_types::names::{ResourceServerId, ResourceServerName};
use m2m_types::scope::{Scope, ScopeSet};

use super::{KeptCatalog, KnownServers, ResourceServerRecord, ResourceServers};
use crate::revision::Revision;

/// The default audience.
pub(crate) const DEFAULT: &str = "urn:default";

fn record(position: usize, identifier: &str, scopes: ScopeSet) -> ResourceServerRecord {
    ResourceServerRecord {
        id: ResourceServerId::parse(format!("rs_{position:026}")).unwrap(),
        identifier: Audience::parse(identifier).unwrap(),
        name: ResourceServerName::parse("x").unwrap(),
        scopes,
        access_token_ttl: None,
        algorithm: None,
        introspection_clients: BTreeSet::new(),
        authorization_details_types: BTreeSet::new(),
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
        revision: Revision::FIRST,
    }
}

/// These, by identifier and scopes, in a deployment at `https://auth.example`.
pub(crate) fn known(records: &[(&str, &str)]) -> KnownServers {
    let issuer = Issuer::parse("https://auth.example").unwrap();
    let fixed = ResourceServers::new(&issuer, Audience::parse(DEFAULT).unwrap()).unwrap();
    let records = records.iter().enumerate();
    let servers = records.map(|(position, (identifier, scopes))| {
        record(
            position,
            identifier,
            scopes
                .split(' ')
                .filter_map(|s| Scope::parse(s).ok())
                .collect(),
        )
    });
    let servers = servers.collect();
    KnownServers::new(
        fixed,
        KeptCatalog {
            revision: 1,
            servers,
        },
    )
}
