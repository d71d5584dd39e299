//! The two steps of a create.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use m2m_core::client::{Client, ClientState};
use m2m_core::ports::{InsertOutcome, KeptAnswer, PendingClient, WriteOutcome};
use m2m_core::resource_servers::ResourceServer;
use m2m_core::secret::Secret;
use m2m_types::admin::client::SecretStorage;
use m2m_types::names::{Description, TagKey, TagValue};
use m2m_types::scope::ScopeSet;
use m2m_types::ttl::AccessTokenTtl;

use crate::builders::{NOW, answer, client_ids, next, pending, scopes, secret};
use crate::contract::Ports;

/// A client in whose attributes nothing is left at its default.
pub(super) fn elaborate(name: &str) -> Client {
    let second = Secret {
        expires_at: Some(NOW + SignedDuration::from_nanos(1)),
        ..secret("second").0
    };
    let tag =
        |key: &str, value: &str| (TagKey::parse(key).unwrap(), TagValue::parse(value).unwrap());
    Client {
        description: Some(Description::parse("Köln – 日本 \"quoted\"").unwrap()),
        scopes: Some(scopes("orders:read orders:write")),
        default_scopes: Some(ScopeSet::default()),
        default_audience: ResourceServer::Management,
        access_token_ttl: AccessTokenTtl::from_seconds(60).unwrap(),
        deletion_protection: true,
        tags: BTreeMap::from([tag("team", "billing"), tag("empty", "")]),
        secret_storage: SecretStorage::None,
        secrets: vec![secret("first").0, second],
        created_at: NOW + SignedDuration::from_nanos(123_456_789),
        ..pending(name)
    }
}

/// To the nanosecond, and with nothing and empty kept apart.
pub async fn every_attribute_is_read_back_as_written(ports: Ports) {
    let no_scopes = Client {
        scopes: Some(ScopeSet::default()),
        ..pending("no-scopes")
    };
    for client in [pending("plain"), no_scopes, elaborate("elaborate")] {
        let inserted = ports.insert(&client, None, None, NOW).await;
        assert_eq!(inserted, InsertOutcome::Inserted);
        assert_eq!(ports.client(&client.id).await, Some(client));
    }
}

/// There is a note that leads to it, and nothing else.
pub async fn a_pending_client_is_neither_listed_nor_finished(ports: Ports) {
    let new = pending("payments");
    let kept = answer(1, &new);
    ports.insert(&new, None, Some(&kept), NOW).await;
    assert!(ports.listed(false).await.is_empty());
    assert!(ports.listed(true).await.is_empty());
    let notes = ports.clients.unfinished(None, 10).await.unwrap();
    assert_eq!(notes.len(), 1);
    assert_eq!((&notes[0].client, notes[0].since), (&new.id, NOW));
    assert_eq!(ports.answers.find(&kept.id).await.unwrap(), Some(kept));
}

/// The second step makes it active, lists it, and finishes note and answer.
pub async fn activating_finishes_everything(ports: Ports) {
    let new = pending("payments");
    let kept = answer(1, &new);
    ports.insert(&new, None, Some(&kept), NOW).await;
    let active = next(&new, ClientState::Active);
    let written = ports
        .clients
        .activate(&active, new.revision, Some(&kept.id));
    assert_eq!(written.await.unwrap(), WriteOutcome::Written);
    assert_eq!(ports.client(&new.id).await, Some(active.clone()));
    assert_eq!(ports.listed(false).await, client_ids(["payments"]));
    assert!(ports.unfinished().await.is_empty());
    let finished = KeptAnswer {
        making: None,
        ..kept.clone()
    };
    let found = ports.answers.find(&kept.id).await.unwrap();
    assert_eq!(found, Some(finished));
    let again = ports
        .clients
        .activate(&active, new.revision, Some(&kept.id));
    assert_eq!(again.await.unwrap(), WriteOutcome::ChangedMeanwhile);
}

/// The client that has it is not touched, and nobody is counted.
pub async fn a_taken_id_is_refused(ports: Ports) {
    let first = pending("payments");
    let second = elaborate("payments");
    ports.insert(&first, Some(2), None, NOW).await;
    let inserted = ports.insert(&second, Some(2), None, NOW).await;
    assert_eq!(inserted, InsertOutcome::IdTaken);
    assert_eq!(ports.client(&first.id).await, Some(first));
    let third = ports.insert(&pending("billing"), Some(2), None, NOW).await;
    assert_eq!(third, InsertOutcome::Inserted);
}

/// No client, no note, no answer.
pub async fn a_refused_insert_leaves_nothing(ports: Ports) {
    let (first, second) = (pending("first"), pending("second"));
    let kept = answer(1, &second);
    ports.insert(&first, Some(1), None, NOW).await;
    let refused = ports.insert(&second, Some(1), Some(&kept), NOW).await;
    assert_eq!(refused, InsertOutcome::LimitReached);
    assert_eq!(ports.client(&second.id).await, None);
    assert_eq!(ports.unfinished().await, client_ids(["first"]));
    assert_eq!(ports.answers.find(&kept.id).await.unwrap(), None);
}

/// Not even the first.
pub async fn a_limit_of_zero_admits_none(ports: Ports) {
    let refused = ports.insert(&pending("payments"), Some(0), None, NOW).await;
    assert_eq!(refused, InsertOutcome::LimitReached);
}

/// Of a thousand creates at once against a limit of ten, ten are inserted.
pub async fn limit_holds_under_concurrency(ports: Ports) {
    let tasks: Vec<_> = (0..1_000)
        .map(|number| {
            let ports = ports.clone();
            let new = pending(&format!("racer-{number:04}"));
            tokio::spawn(async move { ports.insert(&new, Some(10), None, NOW).await })
        })
        .collect();
    let (mut inserted, mut refused) = (0, 0);
    for task in tasks {
        match task.await.unwrap() {
            InsertOutcome::Inserted => inserted += 1,
            InsertOutcome::LimitReached => refused += 1,
            InsertOutcome::IdTaken | InsertOutcome::MadeTooMany | InsertOutcome::Twin => {}
        }
    }
    assert_eq!((inserted, refused), (10, 990));
    assert_eq!(ports.unfinished().await.len(), 10);
}

/// Counted are those that were deleted since; midnight of UTC begins anew.
pub async fn so_many_clients_are_made_in_a_day(ports: Ports) {
    let midnight = jiff::Timestamp::from_second(NOW.as_second() / 86_400 * 86_400).unwrap();
    let insert = async |name: &str, now| {
        let new = pending(name);
        let insert = PendingClient {
            client: &new,
            max_clients: None,
            max_made_a_day: 2,
            answer: None,
            now,
        };
        ports.clients.insert_pending(insert).await.unwrap()
    };
    let just_before = midnight - SignedDuration::from_secs(1);
    for (day, now) in [("first", just_before), ("second", midnight)] {
        for number in 0..2 {
            let inserted = insert(&format!("{day}-{number}"), now).await;
            assert_eq!(inserted, InsertOutcome::Inserted, "{day} {number}");
        }
        let deleted = next(&pending(&format!("{day}-0")), ClientState::Abandoned);
        let abandoned = ports.clients.abandon(&deleted, pending("x").revision).await;
        assert_eq!(abandoned.unwrap(), WriteOutcome::Written);
        let removed = ports.clients.remove_abandoned(&deleted).await;
        assert_eq!(removed.unwrap(), WriteOutcome::Written);
        let refused = insert(&format!("{day}-more"), now).await;
        assert_eq!(refused, InsertOutcome::MadeTooMany, "{day}");
    }
    // Another instance's clock may be behind.
    let behind = insert("behind", just_before).await;
    assert_eq!(behind, InsertOutcome::MadeTooMany);
}

/// Of many at once, also at the beginning of a day.
pub async fn the_limit_of_a_day_holds_under_concurrency(ports: Ports) {
    let tasks: Vec<_> = (0..20)
        .map(|number| {
            let ports = ports.clone();
            let new = pending(&format!("racer-{number:02}"));
            tokio::spawn(async move {
                let insert = PendingClient {
                    client: &new,
                    max_clients: None,
                    max_made_a_day: 5,
                    answer: None,
                    now: NOW,
                };
                ports.clients.insert_pending(insert).await.unwrap()
            })
        })
        .collect();
    let mut inserted = 0;
    for task in tasks {
        match task.await.unwrap() {
            InsertOutcome::Inserted => inserted += 1,
            outcome => assert_eq!(outcome, InsertOutcome::MadeTooMany),
        }
    }
    assert_eq!(inserted, 5);
}

/// Its own twin took the last place: the caller is told of the twin, not of the limit.
pub async fn a_twin_is_refused_whatever_the_limit(ports: Ports) {
    let (first, second) = (pending("first"), pending("second"));
    ports
        .insert(&first, Some(1), Some(&answer(1, &first)), NOW)
        .await;
    let refused = ports
        .insert(&second, Some(1), Some(&answer(1, &second)), NOW)
        .await;
    assert_eq!(refused, InsertOutcome::Twin);
    assert_eq!(ports.client(&second.id).await, None);
    assert_eq!(ports.unfinished().await, client_ids(["first"]));
}

/// Of many requests with the same key at once one makes a client.
pub async fn only_one_of_many_twins_is_inserted(ports: Ports) {
    let tasks: Vec<_> = (0..32)
        .map(|number| {
            let ports = ports.clone();
            let new = pending(&format!("twin-{number:02}"));
            let kept = answer(1, &new);
            tokio::spawn(async move { ports.insert(&new, None, Some(&kept), NOW).await })
        })
        .collect();
    let mut inserted = 0;
    for task in tasks {
        if task.await.unwrap() == InsertOutcome::Inserted {
            inserted += 1;
        }
    }
    assert_eq!(inserted, 1);
    assert_eq!(ports.unfinished().await.len(), 1);
}

/// Bytes and times come back; an unknown one is none.
pub async fn an_answer_is_read_back_as_written(ports: Ports) {
    let new = pending("payments");
    let kept = answer(7, &new);
    ports.insert(&new, None, Some(&kept), NOW).await;
    assert_eq!(ports.answers.find(&kept.id).await.unwrap(), Some(kept));
    assert_eq!(ports.answers.find(&[8; 32]).await.unwrap(), None);
}

/// Although nothing has removed it yet. Until then it stands.
pub async fn an_expired_answer_gives_way(ports: Ports) {
    let (first, second) = (pending("first"), pending("second"));
    let old = answer(1, &first);
    ports.insert(&first, None, Some(&old), NOW).await;
    let at = |kept_at| KeptAnswer {
        kept_at,
        ..answer(1, &second)
    };
    let (just_before, new) = (
        at(old.expires_at() - SignedDuration::from_secs(1)),
        at(old.expires_at()),
    );
    let early = ports.insert(&second, None, Some(&just_before), NOW).await;
    assert_eq!(early, InsertOutcome::Twin);
    let in_time = ports
        .insert(&second, None, Some(&new), old.expires_at())
        .await;
    assert_eq!(in_time, InsertOutcome::Inserted);
    assert_eq!(ports.answers.find(&new.id).await.unwrap(), Some(new));
}
