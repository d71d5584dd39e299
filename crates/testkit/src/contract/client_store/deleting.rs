//! Deletes.

use m2m_core::client::ClientState;
use m2m_core::ports::{InsertOutcome, WriteOutcome};

use crate::builders::{NOW, client_ids, next, pending};
use crate::contract::Ports;

/// With a note until the secret's value has been dealt with.
pub async fn deleted_moves_to_the_deleted_list(ports: Ports) {
    let (one, other) = (pending("one"), pending("other"));
    let present = ports.create(&one).await;
    ports.create(&other).await;
    let deleted = ports.delete(&present).await;
    assert_eq!(ports.client(&one.id).await, Some(deleted));
    assert_eq!(ports.listed(false).await, client_ids(["other"]));
    assert_eq!(ports.listed(true).await, client_ids(["one"]));
    assert_eq!(ports.unfinished().await, client_ids(["one"]));
    ports.clients.remove_note(&one.id, None).await.unwrap();
    assert!(ports.unfinished().await.is_empty());
    assert_eq!(ports.listed(true).await, client_ids(["one"]));
}

/// So that a repair may run twice.
pub async fn finishing_a_delete_again_is_no_error(ports: Ports) {
    let present = ports.create(&pending("payments")).await;
    ports.delete(&present).await;
    for _ in 0..2 {
        ports.clients.remove_note(&present.id, None).await.unwrap();
    }
}

/// A deleted client does not count against the limit.
pub async fn a_delete_frees_a_place(ports: Ports) {
    let present = ports.create(&pending("first")).await;
    let second = pending("second");
    let refused = ports.insert(&second, Some(1), None, NOW).await;
    assert_eq!(refused, InsertOutcome::LimitReached);
    ports.delete(&present).await;
    let inserted = ports.insert(&second, Some(1), None, NOW).await;
    assert_eq!(inserted, InsertOutcome::Inserted);
    let third = ports.insert(&pending("third"), Some(1), None, NOW).await;
    assert_eq!(third, InsertOutcome::LimitReached);
}

/// Nor does the second of two deletes at once: the count falls by one.
pub async fn a_delete_of_another_revision_changes_nothing(ports: Ports) {
    let first = ports.create(&pending("first")).await;
    ports.create(&pending("second")).await;
    let restorable_until = NOW;
    let deleted = next(
        &first,
        ClientState::Deleted {
            restorable_until,
            was_disabled: false,
        },
    );
    let outcomes = [
        ports
            .clients
            .delete(&deleted, first.revision.next(), NOW)
            .await
            .unwrap(),
        ports
            .clients
            .delete(&deleted, first.revision, NOW)
            .await
            .unwrap(),
        ports
            .clients
            .delete(&deleted, first.revision, NOW)
            .await
            .unwrap(),
    ];
    let (refused, written) = (WriteOutcome::ChangedMeanwhile, WriteOutcome::Written);
    assert_eq!(outcomes, [refused, written, refused]);
    let inserted = ports.insert(&pending("third"), Some(2), None, NOW).await;
    assert_eq!(inserted, InsertOutcome::Inserted);
    let too_many = ports.insert(&pending("fourth"), Some(2), None, NOW).await;
    assert_eq!(too_many, InsertOutcome::LimitReached);
}
