//! Keeping resource servers.

use std::collections::BTreeSet;

use m2m_core::keys::SigningAlgorithm;
use m2m_core::ports::WriteOutcome;
use m2m_core::resource_servers::{KeptCatalog, ResourceServerRecord};
use m2m_types::authorization_details::DetailType;
use m2m_types::names::ResourceServerName;
use m2m_types::scope::ScopeSet;
use m2m_types::ttl::AccessTokenTtl;

use super::Ports;
use crate::builders::{client_id, resource_server};

/// A test of every fact about `ResourceServerStore`.
#[macro_export]
macro_rules! resource_server_store_contract {
    ($make:path) => {
        $crate::facts!(
            resource_server_store,
            $make,
            [
                a_removed_server_is_gone,
                a_write_that_expects_an_old_catalog_is_refused,
                of_writes_at_one_time_one_is_done,
                servers_are_read_back_as_written,
                the_catalog_is_empty_at_first,
            ]
        );
    };
}

/// Whatever can be in a resource server, in it.
fn full() -> ResourceServerRecord {
    ResourceServerRecord {
        name: ResourceServerName::parse("Köln 日本").unwrap(),
        access_token_ttl: Some(AccessTokenTtl::from_seconds(60).unwrap()),
        algorithm: Some(SigningAlgorithm::EdDsa),
        introspection_clients: BTreeSet::from([client_id("a"), client_id("b")]),
        authorization_details_types: BTreeSet::from([DetailType::parse("urn:x:y").unwrap()]),
        ..resource_server("full")
    }
}

impl Ports {
    async fn write(&self, server: &ResourceServerRecord, expected: u64) -> WriteOutcome {
        let written = self.resource_servers.write(server, expected, None);
        written.await.unwrap()
    }
}

/// Nothing in it, at revision 0.
pub async fn the_catalog_is_empty_at_first(ports: Ports) {
    let found = ports.resource_servers.list().await.unwrap();
    assert_eq!(found, KeptCatalog::default());
}

/// In the order of their ids, empty and absent values included; every write raises the revision.
pub async fn servers_are_read_back_as_written(ports: Ports) {
    let empty = ResourceServerRecord {
        scopes: ScopeSet::default(),
        ..resource_server("empty")
    };
    let changed = ResourceServerRecord {
        access_token_ttl: None,
        ..full()
    };
    for (expected, server) in [full(), empty.clone(), changed.clone()].iter().enumerate() {
        let expected = u64::try_from(expected).unwrap();
        assert_eq!(ports.write(server, expected).await, WriteOutcome::Written);
    }
    let mut servers = vec![empty, changed];
    servers.sort_by(|one, other| one.id.cmp(&other.id));
    let found = ports.resource_servers.list().await.unwrap();
    assert_eq!(
        found,
        KeptCatalog {
            revision: 3,
            servers
        }
    );
}

/// Whoever decided on an older catalog writes and removes nothing.
pub async fn a_write_that_expects_an_old_catalog_is_refused(ports: Ports) {
    let (orders, bills) = (resource_server("orders"), resource_server("bills"));
    assert_eq!(
        ports.write(&orders, 1).await,
        WriteOutcome::ChangedMeanwhile
    );
    assert_eq!(ports.write(&orders, 0).await, WriteOutcome::Written);
    for old in [0, 2] {
        assert_eq!(
            ports.write(&bills, old).await,
            WriteOutcome::ChangedMeanwhile
        );
        let removed = ports.resource_servers.remove(&orders.id, old).await;
        assert_eq!(removed.unwrap(), WriteOutcome::ChangedMeanwhile);
    }
    let servers = vec![orders];
    let found = ports.resource_servers.list().await.unwrap();
    assert_eq!(
        found,
        KeptCatalog {
            revision: 1,
            servers
        }
    );
}

/// Its absence is a revision too.
pub async fn a_removed_server_is_gone(ports: Ports) {
    let orders = resource_server("orders");
    ports.write(&orders, 0).await;
    let removed = ports.resource_servers.remove(&orders.id, 1).await;
    assert_eq!(removed.unwrap(), WriteOutcome::Written);
    let found = ports.resource_servers.list().await.unwrap();
    let servers = vec![];
    assert_eq!(
        found,
        KeptCatalog {
            revision: 2,
            servers
        }
    );
}

/// Of many that decided on the same catalog.
pub async fn of_writes_at_one_time_one_is_done(ports: Ports) {
    let tasks = ["a", "b", "c", "d", "e"].map(|name| {
        let ports = ports.clone();
        tokio::spawn(async move { ports.write(&resource_server(name), 0).await })
    });
    let mut written = 0;
    for task in tasks {
        written += usize::from(task.await.unwrap() == WriteOutcome::Written);
    }
    assert_eq!(written, 1);
    let found = ports.resource_servers.list().await.unwrap();
    assert_eq!((found.revision, found.servers.len()), (1, 1));
}
