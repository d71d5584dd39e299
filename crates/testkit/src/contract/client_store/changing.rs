//! Changes of a client.

use m2m_core::client::{Client, ClientState};
use m2m_core::ports::WriteOutcome;
use m2m_types::names::ClientName;

use super::creating::elaborate;
use crate::builders::{NOW, client, client_ids, next, pending};
use crate::contract::Ports;

fn named(name: &str, present: &Client) -> Client {
    Client {
        name: ClientName::parse(name).unwrap(),
        ..next(present, ClientState::Active)
    }
}

/// Who read an older revision writes nothing.
pub async fn a_replaced_revision_is_refused(ports: Ports) {
    let present = ports.create(&pending("payments")).await;
    let (first, second) = (named("first", &present), named("second", &present));
    let written = ports.clients.replace(&first, present.revision, None).await;
    assert_eq!(written.unwrap(), WriteOutcome::Written);
    let refused = ports.clients.replace(&second, present.revision, None).await;
    assert_eq!(refused.unwrap(), WriteOutcome::ChangedMeanwhile);
    assert_eq!(ports.client(&present.id).await, Some(first));
}

/// Neither by a change nor by a delete.
pub async fn a_missing_client_is_not_made_by_a_change(ports: Ports) {
    let missing = client("nobody");
    let changed = next(&missing, ClientState::Active);
    let refused = ports
        .clients
        .replace(&changed, missing.revision, None)
        .await;
    assert_eq!(refused.unwrap(), WriteOutcome::ChangedMeanwhile);
    let refused = ports.clients.delete(&changed, missing.revision, NOW).await;
    assert_eq!(refused.unwrap(), WriteOutcome::ChangedMeanwhile);
    assert_eq!(ports.client(&missing.id).await, None);
    assert!(ports.unfinished().await.is_empty());
}

/// From plain to elaborate and back: nothing of what was remains.
pub async fn every_attribute_can_be_replaced(ports: Ports) {
    let mut present = ports.create(&pending("payments")).await;
    for template in [elaborate("payments"), pending("payments")] {
        let wanted = Client {
            state: ClientState::Active,
            revision: present.revision.next(),
            generation: present.generation.raised(),
            ..template
        };
        let written = ports.clients.replace(&wanted, present.revision, None).await;
        assert_eq!(written.unwrap(), WriteOutcome::Written);
        assert_eq!(ports.client(&present.id).await.as_ref(), Some(&wanted));
        present = wanted;
    }
}

/// Of many changes to one revision one is written, and it is the one that is read.
pub async fn one_of_many_changes_wins(ports: Ports) {
    let present = ports.create(&pending("payments")).await;
    let tasks: Vec<_> = (0..32)
        .map(|number| {
            let (store, expected) = (ports.clients.clone(), present.revision);
            let wanted = named(&format!("change {number}"), &present);
            tokio::spawn(async move {
                let outcome = store.replace(&wanted, expected, None).await.unwrap();
                (outcome, wanted)
            })
        })
        .collect();
    let mut written = Vec::new();
    for task in tasks {
        let (outcome, wanted) = task.await.unwrap();
        if outcome == WriteOutcome::Written {
            written.push(wanted);
        }
    }
    assert_eq!(written.len(), 1);
    assert_eq!(ports.client(&present.id).await, written.pop());
}

async fn change_with_note(ports: &Ports, present: &Client, name: &str) -> Client {
    let changed = named(name, present);
    let write = ports
        .clients
        .replace_and_note(&changed, present.revision, NOW, None);
    assert_eq!(write.await.unwrap(), WriteOutcome::Written);
    changed
}

/// The change shows at once.
pub async fn a_change_with_a_note_leaves_one_until_it_is_removed(ports: Ports) {
    let present = ports.create(&pending("payments")).await;
    let changed = change_with_note(&ports, &present, "changed").await;
    assert_eq!(ports.client(&present.id).await.as_ref(), Some(&changed));
    assert_eq!(ports.unfinished().await, client_ids(["payments"]));
    for _ in 0..2 {
        let seen = Some(changed.revision);
        ports.clients.remove_note(&changed.id, seen).await.unwrap();
        assert!(ports.unfinished().await.is_empty());
    }
}

/// All or nothing.
pub async fn a_refused_change_leaves_no_note(ports: Ports) {
    let present = ports.create(&pending("payments")).await;
    let changed = named("changed", &present);
    let late = present.revision.next();
    let refused = ports
        .clients
        .replace_and_note(&changed, late, NOW, None)
        .await;
    assert_eq!(refused.unwrap(), WriteOutcome::ChangedMeanwhile);
    assert_eq!(ports.client(&present.id).await, Some(present));
    assert!(ports.unfinished().await.is_empty());
}

/// Whoever finishes an earlier change has not seen what the later one leaves to be done.
pub async fn the_note_of_a_later_change_stays(ports: Ports) {
    let present = ports.create(&pending("payments")).await;
    let first = change_with_note(&ports, &present, "first").await;
    let second = change_with_note(&ports, &first, "second").await;
    let seen = Some(first.revision);
    ports.clients.remove_note(&first.id, seen).await.unwrap();
    assert_eq!(ports.unfinished().await, client_ids(["payments"]));
    ports.clients.remove_note(&second.id, None).await.unwrap();
    assert!(ports.unfinished().await.is_empty());
}
