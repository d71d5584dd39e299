//! Restores.

use jiff::SignedDuration;
use m2m_core::client::{Client, ClientState};
use m2m_core::ports::{InsertOutcome, RestoreOutcome, RestoredClient};

use crate::builders::{NOW, client_ids, pending};
use crate::contract::Ports;

/// A client that was deleted, its value dealt with.
async fn deleted(ports: &Ports, name: &str) -> Client {
    let present = ports.create(&pending(name)).await;
    let deleted = ports.delete(&present).await;
    forget_note(ports, &deleted).await;
    deleted
}

/// Of whatever is left to be done for the client as it is.
async fn forget_note(ports: &Ports, client: &Client) {
    let seen = Some(client.revision);
    ports.clients.remove_note(&client.id, seen).await.unwrap();
}

async fn begin(ports: &Ports, deleted: &Client) -> bool {
    let left_behind = NOW - SignedDuration::from_secs(30);
    let begun = ports.clients.begin_restore(&deleted.id, NOW, left_behind);
    begun.await.unwrap()
}

async fn restore(ports: &Ports, deleted: &Client, max_clients: Option<u32>) -> RestoreOutcome {
    let restore = RestoredClient {
        client: &deleted.clone().restored(NOW),
        before: deleted,
        max_clients,
        since: NOW,
        answer: None,
    };
    ports.clients.restore(restore).await.unwrap()
}

/// Listed where it was, counted, and without a note.
pub async fn a_restored_client_is_what_it_was(ports: Ports) {
    let deleted = deleted(&ports, "payments").await;
    assert!(begin(&ports, &deleted).await);
    assert_eq!(ports.unfinished().await, client_ids(["payments"]));
    let outcome = restore(&ports, &deleted, Some(1)).await;
    assert_eq!(outcome, RestoreOutcome::Restored);
    let restored = ports.client(&deleted.id).await.unwrap();
    assert_eq!(restored, deleted.restored(NOW));
    assert_eq!(restored.state, ClientState::Active);
    assert_eq!(ports.listed(false).await, client_ids(["payments"]));
    assert!(ports.listed(true).await.is_empty());
    assert!(ports.unfinished().await.is_empty());
    let another = ports.insert(&pending("another"), Some(1), None, NOW).await;
    assert_eq!(another, InsertOutcome::LimitReached);
}

/// Neither does another restore, until what was left behind is old enough.
pub async fn a_delete_under_way_lets_no_restore_begin(ports: Ports) {
    let present = ports.create(&pending("payments")).await;
    let deleted = ports.delete(&present).await;
    assert!(!begin(&ports, &deleted).await, "the delete goes on");
    forget_note(&ports, &deleted).await;
    assert!(begin(&ports, &deleted).await);
    assert!(!begin(&ports, &deleted).await, "the restore goes on");
    let later = NOW + SignedDuration::from_secs(30);
    let again = ports.clients.begin_restore(&deleted.id, later, NOW).await;
    assert!(again.unwrap(), "the restore was left behind");
    forget_note(&ports, &deleted).await;
    assert!(ports.unfinished().await.is_empty());
    let outcome = restore(&ports, &deleted, None).await;
    assert_eq!(
        outcome,
        RestoreOutcome::ChangedMeanwhile,
        "by the later one"
    );
}

/// Nor in the place of one that was deleted and restored by others meanwhile.
pub async fn only_the_restore_that_was_begun_finishes(ports: Ports) {
    let deleted = deleted(&ports, "payments").await;
    let outcome = restore(&ports, &deleted, None).await;
    assert_eq!(outcome, RestoreOutcome::ChangedMeanwhile, "without a note");
    assert!(begin(&ports, &deleted).await);
    let old = Client {
        revision: m2m_core::client::Revision::FIRST,
        ..deleted.clone()
    };
    let outcome = restore(&ports, &old, None).await;
    assert_eq!(
        outcome,
        RestoreOutcome::ChangedMeanwhile,
        "another revision"
    );
    assert_eq!(ports.client(&deleted.id).await, Some(deleted));
    assert_eq!(ports.listed(true).await, client_ids(["payments"]));
}

/// And everything stays as it was.
pub async fn a_full_organization_has_no_room_for_a_restore(ports: Ports) {
    let deleted = deleted(&ports, "former").await;
    ports.create(&pending("present")).await;
    assert!(begin(&ports, &deleted).await);
    for limit in [0, 1] {
        let outcome = restore(&ports, &deleted, Some(limit)).await;
        assert_eq!(outcome, RestoreOutcome::LimitReached);
    }
    assert_eq!(ports.listed(false).await, client_ids(["present"]));
    assert_eq!(ports.client(&deleted.id).await, Some(deleted));
    assert_eq!(ports.unfinished().await, client_ids(["former"]));
}

/// Exactly as many as there is room for, whoever asks at the same time.
pub async fn restores_at_once_fill_the_limit_exactly(ports: Ports) {
    let mut former = Vec::new();
    for number in 0..8 {
        let deleted = deleted(&ports, &format!("client-{number}")).await;
        assert!(begin(&ports, &deleted).await);
        former.push(deleted);
    }
    let restores = former.into_iter().map(|deleted| {
        let ports = ports.clone();
        tokio::spawn(async move { restore(&ports, &deleted, Some(3)).await })
    });
    let mut restored = 0;
    for restore in restores.collect::<Vec<_>>() {
        restored += usize::from(restore.await.unwrap() == RestoreOutcome::Restored);
    }
    assert_eq!(restored, 3);
    assert_eq!(ports.listed(false).await.len(), 3);
}
