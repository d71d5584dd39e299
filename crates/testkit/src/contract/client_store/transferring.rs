//! Transfers, and the lists of an organization.

use m2m_core::client::{Client, ClientState};
use m2m_core::ports::{ListedBy, WriteOutcome};
use m2m_types::client_id::ClientId;
use m2m_types::names::OwnerId;

use crate::builders::{NOW, client_ids, organization, owner, pending};
use crate::contract::Ports;

fn bob() -> OwnerId {
    OwnerId::parse("local|bob").unwrap()
}

async fn list(ports: &Ports, of: ListedBy, deleted: bool) -> Vec<ClientId> {
    let list = ports.clients.list(&of, deleted, None, 10).await.unwrap();
    list.into_iter().map(|client| client.id).collect()
}

/// Whoever their owners are; deleted ones apart.
pub async fn an_organization_lists_the_clients_of_all_its_owners(ports: Ports) {
    for (name, owner) in [("a", owner().id), ("b", bob()), ("c", owner().id)] {
        let new = Client {
            owner,
            ..pending(name)
        };
        let present = ports.create(&new).await;
        if name == "c" {
            ports.delete(&present).await;
        }
    }
    let acme = || ListedBy::Organization(organization().id);
    assert_eq!(list(&ports, acme(), false).await, client_ids(["a", "b"]));
    assert_eq!(list(&ports, acme(), true).await, client_ids(["c"]));
}

/// In its new owner's list and in no other owner's, and its tokens are stopped.
pub async fn a_transferred_client_is_listed_once(ports: Ports) {
    let present = ports.create(&pending("payments")).await;
    let given = Client {
        owner: bob(),
        ..present.clone().stopped(ClientState::Active, NOW)
    };
    let transfer = || ports.clients.transfer(&given, &present, NOW, None);
    assert_eq!(transfer().await.unwrap(), WriteOutcome::Written);
    assert_eq!(transfer().await.unwrap(), WriteOutcome::ChangedMeanwhile);
    assert_eq!(ports.client(&present.id).await, Some(given));
    assert!(ports.listed(false).await.is_empty());
    for of in [
        ListedBy::Owner(bob()),
        ListedBy::Organization(organization().id),
    ] {
        assert_eq!(list(&ports, of, false).await, client_ids(["payments"]));
    }
    let stopped = ports.revocations.read_all(NOW).await.unwrap();
    assert!(stopped.revoked.clients.contains_key(&present.id));
}
