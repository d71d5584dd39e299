//! Keeping answers.

use jiff::SignedDuration;
use m2m_core::client::ClientState;
use m2m_core::ports::{KeptAnswer, WriteOutcome};

use super::Ports;
use crate::builders::{NOW, answer, next, pending, resource_server};

/// A test of every fact about `Answers`, and about the changes that keep one.
#[macro_export]
macro_rules! answers_contract {
    ($make:path) => {
        $crate::facts!(
            answers,
            $make,
            [
                a_change_and_its_answer_are_written_together,
                a_resource_server_and_its_answer_are_written_together,
                a_stop_and_its_answer_are_written_together,
                an_answer_stands_until_it_expires,
                of_answers_at_one_time_one_is_kept,
            ]
        );
    };
}

/// The answer to what has been done.
fn done(id: u8) -> KeptAnswer {
    KeptAnswer {
        making: None,
        ..answer(id, &pending("payments"))
    }
}

/// Byte for byte; an unknown one is none.
pub async fn an_answer_stands_until_it_expires(ports: Ports) {
    let first = done(1);
    let at = |kept_at| KeptAnswer {
        kept_at,
        sealed: vec![7],
        ..done(1)
    };
    let just_before = at(first.expires_at() - SignedDuration::from_secs(1));
    let in_time = at(first.expires_at());
    for (kept, outcome, found) in [
        (&first, WriteOutcome::Written, &first),
        (&just_before, WriteOutcome::ChangedMeanwhile, &first),
        (&in_time, WriteOutcome::Written, &in_time),
    ] {
        assert_eq!(ports.answers.insert(kept).await.unwrap(), outcome);
        let there = ports.answers.find(&first.id).await.unwrap();
        assert_eq!(there.as_ref(), Some(found));
    }
    assert_eq!(ports.answers.find(&[2; 32]).await.unwrap(), None);
}

/// Of many requests with the same key at once.
pub async fn of_answers_at_one_time_one_is_kept(ports: Ports) {
    let tasks: Vec<_> = (0..16)
        .map(|number| {
            let ports = ports.clone();
            let kept = KeptAnswer {
                sealed: vec![number],
                ..done(1)
            };
            tokio::spawn(async move { ports.answers.insert(&kept).await.unwrap() })
        })
        .collect();
    let mut written = 0;
    for task in tasks {
        written += usize::from(task.await.unwrap() == WriteOutcome::Written);
    }
    assert_eq!(written, 1);
}

/// Whoever finds an answer there changes nothing.
pub async fn a_change_and_its_answer_are_written_together(ports: Ports) {
    let first = ports.create(&pending("payments")).await;
    let second = next(&first, ClientState::Disabled);
    let third = next(&second, ClientState::Active);
    let change = async |to, from, kept: &KeptAnswer| {
        let written = ports.clients.replace(to, from, Some(kept)).await;
        written.unwrap()
    };
    let lost = change(&third, second.revision, &done(2)).await;
    assert_eq!(lost, WriteOutcome::ChangedMeanwhile);
    assert_eq!(ports.answers.find(&done(2).id).await.unwrap(), None);
    let written = change(&second, first.revision, &done(1)).await;
    assert_eq!(written, WriteOutcome::Written);
    let kept = ports.answers.find(&done(1).id).await.unwrap();
    assert_eq!(kept, Some(done(1)));
    let twin = change(&third, second.revision, &done(1)).await;
    assert_eq!(twin, WriteOutcome::ChangedMeanwhile);
    assert_eq!(ports.client(&first.id).await, Some(second));
}

/// Whoever finds an answer there stops nothing.
pub async fn a_stop_and_its_answer_are_written_together(ports: Ports) {
    let active = ports.create(&pending("payments")).await;
    let first = active.clone().stopped(ClientState::Active, NOW);
    let second = first.clone().stopped(ClientState::Active, NOW);
    let kept = done(1);
    for (to, from, outcome) in [
        (&first, active.revision, WriteOutcome::Written),
        (&second, first.revision, WriteOutcome::ChangedMeanwhile),
    ] {
        let stopped = ports.clients.stop(to, from, NOW, Some(&kept)).await;
        assert_eq!(stopped.unwrap(), outcome);
    }
    assert_eq!(ports.client(&active.id).await, Some(first));
    assert_eq!(ports.revocations.sequence().await.unwrap(), 1);
    let found = ports.answers.find(&kept.id).await.unwrap();
    assert_eq!(found, Some(kept));
}

/// Whoever finds an answer there records nothing.
pub async fn a_resource_server_and_its_answer_are_written_together(ports: Ports) {
    let (orders, bills) = (resource_server("orders"), resource_server("bills"));
    let kept = done(1);
    for (server, expected, outcome) in [
        (&orders, 0, WriteOutcome::Written),
        (&bills, 1, WriteOutcome::ChangedMeanwhile),
    ] {
        let store = &ports.resource_servers;
        let written = store.write(server, expected, Some(&kept)).await;
        assert_eq!(written.unwrap(), outcome);
    }
    let catalog = ports.resource_servers.list().await.unwrap();
    assert_eq!((catalog.revision, catalog.servers), (1, vec![orders]));
    let found = ports.answers.find(&kept.id).await.unwrap();
    assert_eq!(found, Some(kept));
}
