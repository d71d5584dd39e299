//! Lists.

use m2m_core::client::Client;
use m2m_core::ports::ListedBy;
use m2m_types::client_id::ClientId;
use m2m_types::names::OwnerId;

use crate::builders::{NOW, owner, pending};
use crate::contract::Ports;

async fn page(ports: &Ports, after: Option<&ClientId>, limit: u32) -> Vec<ClientId> {
    let of = ListedBy::Owner(owner().id);
    let list = ports.clients.list(&of, false, after, limit);
    list.await
        .unwrap()
        .into_iter()
        .map(|client| client.id)
        .collect()
}

/// More clients than any read takes at once, in the order of their ids.
pub async fn pages_are_full_and_in_order(ports: Ports) {
    let names: Vec<_> = (0..230)
        .map(|number| format!("client-{number:03}"))
        .collect();
    for name in names.iter().rev() {
        ports.create(&pending(name)).await;
    }
    let expected: Vec<_> = names.iter().map(|name| pending(name).id).collect();
    assert_eq!(page(&ports, None, 1_000).await, expected);
    assert_eq!(page(&ports, None, 201).await, expected[..201]);
    let mut pages = Vec::new();
    let mut after = None;
    loop {
        let ids = page(&ports, after.as_ref(), 50).await;
        assert_eq!(ids.len(), 50.min(expected.len() - pages.len()));
        pages.extend(ids);
        after = pages.last().cloned();
        if pages.len() == expected.len() {
            break;
        }
    }
    assert_eq!(pages, expected);
    assert!(page(&ports, after.as_ref(), 50).await.is_empty());
    assert!(page(&ports, None, 0).await.is_empty());
}

/// What was there is seen once; what comes before the page is not seen, what comes behind it is. A
/// page may start behind a client that is gone.
pub async fn list_is_stable_under_inserts(ports: Ports) {
    for name in ["b", "d", "f"] {
        ports.create(&pending(name)).await;
    }
    let first = page(&ports, None, 2).await;
    assert_eq!(first, [pending("b").id, pending("d").id]);
    for name in ["a", "c", "e"] {
        ports.create(&pending(name)).await;
    }
    let gone = ports.client(&first[1]).await.unwrap();
    ports.delete(&gone).await;
    let second = page(&ports, first.last(), 2).await;
    assert_eq!(second, [pending("e").id, pending("f").id]);
}

/// Also of owners of whom one is named like the beginning of the other.
pub async fn lists_of_owners_are_apart(ports: Ports) {
    let owners = ["local|a", "local|ab", "local|a|CLIENT"].map(|id| OwnerId::parse(id).unwrap());
    for (number, owner) in owners.iter().enumerate() {
        let new = Client {
            owner: owner.clone(),
            ..pending(&format!("client-{number}"))
        };
        ports.create(&new).await;
    }
    for (number, owner) in owners.iter().enumerate() {
        let list = ports
            .clients
            .list(&ListedBy::Owner(owner.clone()), false, None, 10)
            .await
            .unwrap();
        let ids: Vec<_> = list.into_iter().map(|client| client.id).collect();
        assert_eq!(ids, [pending(&format!("client-{number}")).id]);
    }
}

/// In the order of their ids.
pub async fn unfinished_changes_come_in_pages(ports: Ports) {
    for name in ["c", "a", "b"] {
        ports.insert(&pending(name), None, None, NOW).await;
    }
    let first = ports.clients.unfinished(None, 2).await.unwrap();
    let ids: Vec<_> = first.iter().map(|note| note.client.clone()).collect();
    assert_eq!(ids, [pending("a").id, pending("b").id]);
    let second = ports.clients.unfinished(ids.last(), 2).await.unwrap();
    assert_eq!(second.len(), 1);
    assert_eq!(second[0].client, pending("c").id);
}
