//! Seeing both stores as a whole.

use std::collections::BTreeMap;

use m2m_core::client::ClientState;
use m2m_core::ports::{ListEntry, ListedBy};

use super::Ports;
use crate::builders::{NOW, client_id, organization, owner, pending, secret};

/// A test of every fact about `Survey`.
#[macro_export]
macro_rules! survey_contract {
    ($make:path) => {
        $crate::facts!(
            survey,
            $make,
            [
                a_count_is_set_only_where_it_is_as_expected,
                all_clients_are_seen_in_whatever_state,
                an_empty_deployment_has_nothing_to_see,
                entries_can_be_written_and_removed_again_and_again,
                values_are_seen_also_on_their_way_out,
            ]
        );
    };
}

/// The entries of a client in the lists of its owner and of its organization.
fn entries(name: &str, deleted: bool) -> [ListEntry; 2] {
    let lists = [
        ListedBy::Owner(owner().id),
        ListedBy::Organization(organization().id),
    ];
    lists.map(|of| ListEntry {
        of,
        client: client_id(name),
        deleted,
    })
}

/// Neither clients nor values.
pub async fn an_empty_deployment_has_nothing_to_see(ports: Ports) {
    assert_eq!(ports.survey.read_table().await.unwrap(), Default::default());
    assert_eq!(ports.survey.read_values().await.unwrap(), []);
    let live = ports.survey.has_live_value(&client_id("nobody")).await;
    assert!(!live.unwrap());
}

/// Pending, live and deleted ones, their entries and their count; notes, answers and owners are not taken for
/// one of them.
pub async fn all_clients_are_seen_in_whatever_state(ports: Ports) {
    let (ada, acme) = (owner(), organization());
    let principals = ports.directory.insert_principals(&ada, &acme);
    principals.await.unwrap();
    let half = pending("half");
    let kept = crate::builders::answer(1, &half);
    ports.insert(&half, None, Some(&kept), NOW).await;
    ports.create(&pending("live")).await;
    let former = ports.create(&pending("former")).await;
    ports.delete(&former).await;

    let mut seen = ports.survey.read_table().await.unwrap();
    seen.clients.sort_by(|one, other| one.id.cmp(&other.id));
    seen.entries.sort();
    let clients: Vec<_> = seen
        .clients
        .iter()
        .map(|client| (client.id.as_str(), client.state))
        .collect();
    assert!(matches!(
        clients[..],
        [
            ("m2m_former", ClientState::Deleted { .. }),
            ("m2m_half", ClientState::Pending),
            ("m2m_live", ClientState::Active),
        ]
    ));
    let mut expected = [entries("former", true), entries("live", false)].concat();
    expected.sort();
    assert_eq!(seen.entries, expected);
    assert_eq!(seen.counts, BTreeMap::from([(organization().id, 2)]));
}

/// A value that waits for its removal is not a live one, but there.
pub async fn values_are_seen_also_on_their_way_out(ports: Ports) {
    for name in ["one", "other"] {
        let (client, (secret, value)) = (client_id(name), secret(name));
        let insert = ports.values.insert(&client, &secret.id, &value);
        insert.await.unwrap();
    }
    let other = client_id("other");
    ports.values.schedule_removal(&other).await.unwrap();
    let mut seen: Vec<_> = ports.survey.read_values().await.unwrap();
    seen.sort_by(|one, other| one.client.cmp(&other.client));
    let seen: Vec<_> = seen
        .iter()
        .map(|value| (value.client.as_str(), value.is_scheduled_for_removal))
        .collect();
    assert_eq!(seen, [("m2m_one", false), ("m2m_other", true)]);
    for (name, live) in [("one", true), ("other", false)] {
        let found = ports.survey.has_live_value(&client_id(name)).await;
        assert_eq!(found.unwrap(), live, "{name}");
    }
}

/// Twice is as good as once.
pub async fn entries_can_be_written_and_removed_again_and_again(ports: Ports) {
    for live in entries("payments", false) {
        for _ in 0..2 {
            ports.survey.write_entry(&live).await.unwrap();
            let seen = ports.survey.read_table().await.unwrap();
            assert_eq!(seen.entries, std::slice::from_ref(&live));
        }
        for _ in 0..2 {
            ports.survey.remove_entry(&live).await.unwrap();
            let seen = ports.survey.read_table().await.unwrap();
            assert_eq!(seen.entries, []);
        }
    }
}

/// Who counted a client meanwhile is not overwritten.
pub async fn a_count_is_set_only_where_it_is_as_expected(ports: Ports) {
    let acme = organization().id;
    for (expected, count, is_set) in [
        (Some(0), 1, false),
        (None, 2, true),
        (None, 3, false),
        (Some(1), 4, false),
        (Some(2), 5, true),
    ] {
        let set = ports.survey.set_count(&acme, expected, count).await;
        assert_eq!(set.unwrap(), is_set, "{expected:?} → {count}");
    }
    let counts = ports.survey.read_table().await.unwrap().counts;
    assert_eq!(counts, BTreeMap::from([(acme, 5)]));
}
