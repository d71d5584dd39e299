//! What was stopped.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use m2m_core::client::{Client, ClientState};
use m2m_core::organization::Organization;
use m2m_core::owner::Owner;
use m2m_core::ports::{Denial, DenyOutcome, RevokedAt, TokenName, WriteOutcome, kept_until};
use m2m_types::generation::Generation;

use super::Ports;
use crate::builders::{NOW, client_id, denial, next, organization, owner, pending};

/// A test of every fact about `Revocations`.
#[macro_export]
macro_rules! revocations_contract {
    ($make:path) => {
        $crate::facts!(
            revocations,
            $make,
            [
                a_client_is_stopped_with_what_says_so,
                a_deleted_client_is_stopped,
                a_denied_token_is_found_among_others,
                a_removed_key_is_named_until_its_tokens_have_ended,
                a_second_stop_stands_for_both,
                a_stop_of_another_revision_stops_nothing,
                a_token_is_denied_once,
                denials_are_counted_while_they_live,
                denials_below_the_clients_generation_say_nothing,
                an_organization_is_stopped_with_what_says_so,
                an_owner_is_stopped_with_what_says_so,
                entries_end_without_being_removed,
                every_stop_of_many_at_once_counts,
                needless_denials_are_forgotten_alone,
                nothing_is_stopped_at_first,
                what_is_read_holds_all_stops_up_to_its_sequence,
            ]
        );
    };
}

/// Without any stop.
pub async fn nothing_is_stopped_at_first(ports: Ports) {
    assert_eq!(read(&ports, NOW).await, RevokedAt::default());
    assert_eq!(ports.revocations.sequence().await.unwrap(), 0);
    assert!(!any_denied(&ports, &["1"]).await);
}

/// The client's record, the entry and the sequence change together.
pub async fn a_client_is_stopped_with_what_says_so(ports: Ports) {
    let present = ports.create(&pending("payments")).await;
    let stopped = stop(&ports, &present).await;
    assert_eq!(ports.client(&present.id).await, Some(stopped.clone()));
    let found = read(&ports, NOW).await;
    assert_eq!(found.sequence, 1);
    let expected = [(stopped.id, stopped.generation)].into();
    assert_eq!(found.revoked.clients, expected);
}

/// In the transaction of the delete.
pub async fn a_deleted_client_is_stopped(ports: Ports) {
    let present = ports.create(&pending("payments")).await;
    let deleted = raised(
        &present,
        ClientState::Deleted {
            restorable_until: NOW,
            was_disabled: false,
        },
    );
    let written = ports.clients.delete(&deleted, present.revision, NOW).await;
    assert_eq!(written.unwrap(), WriteOutcome::Written);
    let found = read(&ports, NOW).await;
    assert_eq!(found.sequence, 1);
    let expected = [(deleted.id, deleted.generation)].into();
    assert_eq!(found.revoked.clients, expected);
}

/// The owner's record, the entry under its handle and the sequence change together, or none of them.
pub async fn an_owner_is_stopped_with_what_says_so(ports: Ports) {
    let (ada, acme) = (owner(), organization());
    let insert = ports.directory.insert_principals(&ada, &acme);
    assert!(insert.await.unwrap());
    let stopped = Owner {
        active: false,
        generation: ada.generation.raised(),
        ..ada.clone()
    };
    for (expected, outcome) in [
        (&stopped, WriteOutcome::ChangedMeanwhile),
        (&ada, WriteOutcome::Written),
    ] {
        assert_eq!(read(&ports, NOW).await, RevokedAt::default());
        let stop = ports.directory.stop_owner(&stopped, expected, NOW);
        assert_eq!(stop.await.unwrap(), outcome);
    }
    let found = ports.directory.find_principals(&ada.id, &acme.id).await;
    assert_eq!(found.unwrap().owner.as_ref(), Some(&stopped));
    let found = read(&ports, NOW).await;
    assert_eq!(found.sequence, 1);
    let expected = [(stopped.handle, stopped.generation)].into();
    assert_eq!(found.revoked.handles, expected);
}

/// As an owner is.
pub async fn an_organization_is_stopped_with_what_says_so(ports: Ports) {
    let (ada, acme) = (owner(), organization());
    let insert = ports.directory.insert_principals(&ada, &acme);
    assert!(insert.await.unwrap());
    let stopped = Organization {
        active: false,
        generation: acme.generation.raised(),
        ..acme.clone()
    };
    for (expected, outcome) in [
        (&stopped, WriteOutcome::ChangedMeanwhile),
        (&acme, WriteOutcome::Written),
    ] {
        assert_eq!(read(&ports, NOW).await, RevokedAt::default());
        let stop = ports.directory.stop_organization(&stopped, expected, NOW);
        assert_eq!(stop.await.unwrap(), outcome);
    }
    let found = ports.directory.find_principals(&ada.id, &acme.id).await;
    assert_eq!(found.unwrap().organization.as_ref(), Some(&stopped));
    let found = read(&ports, NOW).await;
    assert_eq!(found.sequence, 1);
    let expected = [(stopped.handle, stopped.generation)].into();
    assert_eq!(found.revoked.handles, expected);
}

/// There is one entry of a client, with its present generation.
pub async fn a_second_stop_stands_for_both(ports: Ports) {
    let present = ports.create(&pending("payments")).await;
    let once = stop(&ports, &present).await;
    let twice = stop(&ports, &once).await;
    let found = read(&ports, NOW).await;
    assert_eq!(found.sequence, 2);
    let expected = [(twice.id, twice.generation)].into();
    assert_eq!(found.revoked.clients, expected);
}

/// Neither the client nor the entry nor the sequence.
pub async fn a_stop_of_another_revision_stops_nothing(ports: Ports) {
    let present = ports.create(&pending("payments")).await;
    let stopped = raised(&present, ClientState::Active);
    let written = ports
        .clients
        .stop(&stopped, present.revision.next(), NOW, None)
        .await;
    assert_eq!(written.unwrap(), WriteOutcome::ChangedMeanwhile);
    assert_eq!(ports.client(&present.id).await, Some(present));
    assert_eq!(read(&ports, NOW).await, RevokedAt::default());
}

/// By client and name.
pub async fn a_denied_token_is_found_among_others(ports: Ports) {
    deny(&ports, &denial("2")).await;
    assert!(any_denied(&ports, &["1", "2", "3"]).await);
    assert!(any_denied(&ports, &["2", "2"]).await);
    assert!(!any_denied(&ports, &["1", "3"]).await);
    assert!(!any_denied(&ports, &[]).await);
    let of_another = TokenName {
        client_id: client_id("other"),
        ..denial("2").token
    };
    let found = ports.revocations.any_denied(&[of_another], &[]).await;
    assert!(!found.unwrap());
}

/// The second time says so and counts for nothing.
pub async fn a_token_is_denied_once(ports: Ports) {
    let (denied, already) = (DenyOutcome::Denied, DenyOutcome::AlreadyDenied);
    for outcome in [denied, already] {
        assert_eq!(deny(&ports, &denial("1")).await, outcome);
        let found = read(&ports, NOW).await;
        assert_eq!(found.sequence, 1);
        assert_eq!(found.revoked.jtis, ["1".to_owned()].into());
    }
}

/// Not those whose time is over, nor those of another client.
pub async fn denials_are_counted_while_they_live(ports: Ports) {
    for jti in ["1", "2", "3"] {
        deny(&ports, &denial(jti)).await;
    }
    let of_another = Denial {
        token: TokenName {
            client_id: client_id("payments-2"),
            jti: "4".to_owned(),
        },
        ..denial("4")
    };
    deny(&ports, &of_another).await;
    let first = Generation::default();
    assert_eq!(count(&ports, first, NOW, 10).await, 3);
    assert_eq!(count(&ports, first, NOW, 2).await, 2);
    assert_eq!(count(&ports, first.raised(), NOW, 10).await, 0);
    assert_eq!(count(&ports, first, denial("1").kept_until(), 10).await, 0);
}

/// Since the client's generation stops those tokens.
pub async fn denials_below_the_clients_generation_say_nothing(ports: Ports) {
    let present = ports.create(&pending("payments")).await;
    deny(&ports, &denial("1")).await;
    let stopped = stop(&ports, &present).await;
    let later = Denial {
        generation: stopped.generation,
        ..denial("2")
    };
    deny(&ports, &later).await;
    let found = read(&ports, NOW).await;
    assert_eq!(found.sequence, 3);
    assert_eq!(found.revoked.jtis, ["2".to_owned()].into());
}

/// Those of the present generation stay, and so does the sequence.
pub async fn needless_denials_are_forgotten_alone(ports: Ports) {
    let (client, raised) = (client_id("payments"), Generation::default().raised());
    for number in 0..120 {
        deny(&ports, &denial(&format!("old-{number}"))).await;
    }
    let later = Denial {
        generation: raised,
        ..denial("new")
    };
    deny(&ports, &later).await;
    for _ in 0..2 {
        let forget = ports.revocations.forget_denials(&client, raised);
        forget.await.unwrap();
        assert!(!any_denied(&ports, &["old-0", "old-119"]).await);
        assert!(any_denied(&ports, &["new"]).await);
        assert_eq!(ports.revocations.sequence().await.unwrap(), 121);
    }
}

/// As long as it is told to.
pub async fn a_removed_key_is_named_until_its_tokens_have_ended(ports: Ports) {
    let until = NOW + SignedDuration::from_hours(24);
    ports.revocations.remove_kid("kid", until).await.unwrap();
    let found = read(&ports, NOW).await;
    assert_eq!(found.sequence, 1);
    assert_eq!(found.revoked.kids, ["kid".to_owned()].into());
    for (kids, expected) in [
        (&["kid"][..], true),
        (&["other", "kid", "kid"], true),
        (&["other"], false),
    ] {
        let denied = ports.revocations.any_denied(&[], kids).await.unwrap();
        assert_eq!(denied, expected, "{kids:?}");
    }
    assert!(read(&ports, until).await.revoked.kids.is_empty());
}

/// The clock decides, whether or not the store has removed them: the sequence stays.
pub async fn entries_end_without_being_removed(ports: Ports) {
    let present = ports.create(&pending("payments")).await;
    let stopped = stop(&ports, &present).await;
    let alive = Denial {
        generation: stopped.generation,
        ..denial("1")
    };
    deny(&ports, &alive).await;
    let before = kept_until(NOW) - SignedDuration::from_secs(1);
    let found = read(&ports, before).await.revoked;
    assert_eq!((found.clients.len(), found.jtis.len()), (1, 0));
    let found = read(&ports, kept_until(NOW)).await;
    assert_eq!((found.sequence, found.revoked), (2, Default::default()));
}

/// None is lost to another.
pub async fn every_stop_of_many_at_once_counts(ports: Ports) {
    let ports = Arc::new(ports);
    let denials = (0..8).map(|number| {
        let ports = Arc::clone(&ports);
        tokio::spawn(async move { deny(&ports, &denial(&number.to_string())).await })
    });
    for denied in denials.collect::<Vec<_>>() {
        assert_eq!(denied.await.unwrap(), DenyOutcome::Denied);
    }
    let found = read(&ports, NOW).await;
    assert_eq!((found.sequence, found.revoked.jtis.len()), (8, 8));
}

/// Also while more are written.
pub async fn what_is_read_holds_all_stops_up_to_its_sequence(ports: Ports) {
    let revocations = Arc::clone(&ports.revocations);
    let writing = tokio::spawn(async move {
        for number in 0..40 {
            let denial = denial(&number.to_string());
            revocations.deny(&denial).await.unwrap();
        }
    });
    while !writing.is_finished() {
        let found = read(&ports, NOW).await;
        let stops = found.revoked.jtis.len() as u64;
        assert!(stops >= found.sequence, "{stops} of {}", found.sequence);
    }
    writing.await.unwrap();
}

fn raised(client: &Client, state: ClientState) -> Client {
    Client {
        generation: client.generation.raised(),
        ..next(client, state)
    }
}

async fn stop(ports: &Ports, client: &Client) -> Client {
    let stopped = raised(client, ClientState::Active);
    let written = ports
        .clients
        .stop(&stopped, client.revision, NOW, None)
        .await;
    assert_eq!(written.unwrap(), WriteOutcome::Written);
    stopped
}

async fn deny(ports: &Ports, denial: &Denial) -> DenyOutcome {
    ports.revocations.deny(denial).await.unwrap()
}

async fn any_denied(ports: &Ports, jtis: &[&str]) -> bool {
    let tokens: Vec<_> = jtis.iter().map(|jti| denial(jti).token).collect();
    ports.revocations.any_denied(&tokens, &[]).await.unwrap()
}

async fn count(ports: &Ports, generation: Generation, now: Timestamp, limit: u32) -> u32 {
    let client = client_id("payments");
    let count = ports
        .revocations
        .count_live(&client, generation, now, limit);
    count.await.unwrap()
}

async fn read(ports: &Ports, now: Timestamp) -> RevokedAt {
    ports.revocations.read_all(now).await.unwrap()
}
