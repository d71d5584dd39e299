//! Giving up a create.

use m2m_core::client::{Client, ClientState};
use m2m_core::ports::{InsertOutcome, KeptAnswer, WriteOutcome};

use crate::builders::{NOW, answer, client_ids, next, pending};
use crate::contract::Ports;

async fn abandon(ports: &Ports, new: &Client) -> Client {
    let abandoned = next(new, ClientState::Abandoned);
    let written = ports.clients.abandon(&abandoned, new.revision).await;
    assert_eq!(written.unwrap(), WriteOutcome::Written);
    abandoned
}

/// Its note stays until it is removed, and nobody can finish it.
pub async fn abandoning_forgets_the_answer(ports: Ports) {
    let new = pending("payments");
    let kept = answer(1, &new);
    ports.insert(&new, None, Some(&kept), NOW).await;
    let abandoned = abandon(&ports, &new).await;
    assert_eq!(ports.client(&new.id).await, Some(abandoned));
    assert_eq!(ports.answers.find(&kept.id).await.unwrap(), None);
    assert_eq!(ports.unfinished().await, client_ids(["payments"]));
    let active = next(&new, ClientState::Active);
    let late = ports
        .clients
        .activate(&active, new.revision, Some(&kept.id));
    assert_eq!(late.await.unwrap(), WriteOutcome::ChangedMeanwhile);
    assert!(ports.listed(false).await.is_empty());
}

/// An answer that expired gave way to another create's, which still stands after the first is given up.
pub async fn abandoning_spares_the_answer_of_another(ports: Ports) {
    let (first, second) = (pending("first"), pending("second"));
    let old = answer(1, &first);
    let new = KeptAnswer {
        kept_at: old.expires_at(),
        ..answer(1, &second)
    };
    ports.insert(&first, None, Some(&old), NOW).await;
    ports
        .insert(&second, None, Some(&new), old.expires_at())
        .await;
    abandon(&ports, &first).await;
    assert_eq!(ports.answers.find(&new.id).await.unwrap(), Some(new));
}

/// Never both, whoever comes first.
pub async fn a_create_is_either_finished_or_abandoned(ports: Ports) {
    let (written, changed) = (WriteOutcome::Written, WriteOutcome::ChangedMeanwhile);
    for round in 0..16 {
        let new = pending(&format!("client-{round}"));
        ports.insert(&new, None, None, NOW).await;
        let active = next(&new, ClientState::Active);
        let abandoned = next(&new, ClientState::Abandoned);
        let (finishing, undoing) = (ports.clients.clone(), ports.clients.clone());
        let revision = new.revision;
        let finish =
            tokio::spawn(async move { finishing.activate(&active, revision, None).await.unwrap() });
        let undo =
            tokio::spawn(async move { undoing.abandon(&abandoned, revision).await.unwrap() });
        let (finish, undo) = (finish.await.unwrap(), undo.await.unwrap());
        let expected = match ports.client(&new.id).await.unwrap().state {
            ClientState::Abandoned => [changed, written],
            _ => [written, changed],
        };
        assert_eq!([finish, undo], expected);
    }
}

/// Client, note and count are gone together, once.
pub async fn a_removed_client_frees_its_place(ports: Ports) {
    let new = pending("payments");
    ports.insert(&new, Some(1), None, NOW).await;
    let abandoned = abandon(&ports, &new).await;
    let removed = ports.clients.remove_abandoned(&abandoned).await.unwrap();
    assert_eq!(removed, WriteOutcome::Written);
    assert_eq!(ports.client(&new.id).await, None);
    assert!(ports.unfinished().await.is_empty());
    let again = ports.clients.remove_abandoned(&abandoned).await.unwrap();
    assert_eq!(again, WriteOutcome::ChangedMeanwhile);
    let (second, third) = (pending("second"), pending("third"));
    let in_its_place = ports.insert(&second, Some(1), None, NOW).await;
    assert_eq!(in_its_place, InsertOutcome::Inserted);
    let too_many = ports.insert(&third, Some(1), None, NOW).await;
    assert_eq!(too_many, InsertOutcome::LimitReached);
}

/// A client that somebody uses cannot be removed this way.
pub async fn only_abandoned_clients_are_removed(ports: Ports) {
    let active = ports.create(&pending("payments")).await;
    let refused = ports.clients.remove_abandoned(&active).await.unwrap();
    assert_eq!(refused, WriteOutcome::ChangedMeanwhile);
    assert_eq!(ports.client(&active.id).await, Some(active));
}
