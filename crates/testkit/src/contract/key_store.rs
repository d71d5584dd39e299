//! Keeping the deployment's own secrets.

use m2m_core::keys::{KeyState, SigningAlgorithm};
use m2m_core::ports::{InsertKeysOutcome, KeptKeys, KeyRecord, KeyStore, WriteOutcome};
use m2m_types::generation::Generation;
use zeroize::Zeroizing;

use super::Ports;
use crate::builders::NOW;

/// A test of every fact about `KeyStore`.
#[macro_export]
macro_rules! key_store_contract {
    ($make:path) => {
        $crate::facts!(
            key_store,
            $make,
            [
                keys_are_read_back_as_written,
                every_raise_of_the_generation_counts,
                of_those_who_replace_the_same_keys_one_wins,
                only_the_first_keys_are_written,
                only_the_first_root_is_written,
                replaced_keys_leave_the_generation_alone,
                there_are_no_keys_at_first,
            ]
        );
    };
}

fn keys(seed: u8) -> Vec<KeyRecord> {
    let record = |algorithm, state| KeyRecord {
        algorithm,
        state,
        pkcs8: Zeroizing::new(vec![seed; 1_200]),
    };
    vec![
        record(SigningAlgorithm::Es256, KeyState::Active { since: NOW }),
        record(SigningAlgorithm::Rs256, KeyState::Pending { since: NOW }),
        record(SigningAlgorithm::EdDsa, KeyState::Retiring { until: NOW }),
    ]
}

async fn insert(store: &dyn KeyStore, seed: u8) -> InsertKeysOutcome {
    let keys = keys(seed);
    let inserted = store.insert_signing_keys(&keys, Generation::default());
    inserted.await.unwrap()
}

fn assert_same(found: &[KeyRecord], expected: &[KeyRecord]) {
    assert_eq!(found.len(), expected.len());
    for (one, other) in found.iter().zip(expected) {
        assert_eq!(one.algorithm, other.algorithm);
        assert_eq!(one.state, other.state);
        assert_eq!(*one.pkcs8, *other.pkcs8);
    }
}

/// Neither keys nor root.
pub async fn there_are_no_keys_at_first(ports: Ports) {
    assert!(ports.keys.find_signing_keys().await.unwrap().is_none());
    assert!(ports.keys.find_root().await.unwrap().is_none());
}

/// Algorithms, states and bytes come back.
pub async fn keys_are_read_back_as_written(ports: Ports) {
    let written = keys(1);
    let generation = Generation::of_deployment_made_at(NOW);
    let outcome = ports.keys.insert_signing_keys(&written, generation).await;
    let outcome = outcome.unwrap();
    assert_eq!(outcome, InsertKeysOutcome::Inserted);
    let found = ports.keys.find_signing_keys().await.unwrap().unwrap();
    assert_same(&found.keys, &written);
    assert_eq!(found.generation, generation);
}

/// Of many instances that start at once one writes the keys, and all then read the same.
pub async fn only_the_first_keys_are_written(ports: Ports) {
    let tasks: Vec<_> = (0..8)
        .map(|seed| {
            let store = ports.keys.clone();
            tokio::spawn(async move { insert(&*store, seed).await })
        })
        .collect();
    let mut winners = Vec::new();
    for (seed, task) in (0..).zip(tasks) {
        if task.await.unwrap() == InsertKeysOutcome::Inserted {
            winners.push(seed);
        }
    }
    assert_eq!(winners.len(), 1);
    let found = ports.keys.find_signing_keys().await.unwrap().unwrap();
    assert_same(&found.keys, &keys(winners[0]));
}

/// Two who raise it at once raise it twice, and the keys stay as they are.
pub async fn every_raise_of_the_generation_counts(ports: Ports) {
    assert!(ports.keys.raise_generation().await.is_err(), "no keys yet");
    insert(&*ports.keys, 1).await;
    let raises = (0..2).map(|_| {
        let store = ports.keys.clone();
        tokio::spawn(async move { store.raise_generation().await.unwrap() })
    });
    let raises: Vec<_> = raises.collect();
    let mut raised = Vec::new();
    for raise in raises {
        raised.push(raise.await.unwrap());
    }
    raised.sort();
    let first = Generation::default().raised();
    assert_eq!(raised, [first, first.raised()]);
    let found = ports.keys.find_signing_keys().await.unwrap().unwrap();
    assert_eq!(found.generation, first.raised());
    assert_same(&found.keys, &keys(1));
}

/// Of many who read the same keys, one replaces them; the others change nothing, and can once they have read again.
pub async fn of_those_who_replace_the_same_keys_one_wins(ports: Ports) {
    insert(&*ports.keys, 0).await;
    let read = kept(&ports).await;
    let tasks: Vec<_> = (1..9)
        .map(|seed| {
            let (store, expected) = (ports.keys.clone(), read.revision.clone());
            tokio::spawn(async move {
                store
                    .replace_signing_keys(&keys(seed), &expected)
                    .await
                    .unwrap()
            })
        })
        .collect();
    let mut winners = Vec::new();
    for (seed, task) in (1..).zip(tasks) {
        if task.await.unwrap() == WriteOutcome::Written {
            winners.push(seed);
        }
    }
    assert_eq!(winners.len(), 1);
    let now = kept(&ports).await;
    assert_same(&now.keys, &keys(winners[0]));
    let last = keys(9);
    let again = ports.keys.replace_signing_keys(&last, &now.revision);
    assert_eq!(again.await.unwrap(), WriteOutcome::Written);
    assert_same(&kept(&ports).await.keys, &last);
}

/// Nor are keys replaced that were read before the generation was raised.
pub async fn replaced_keys_leave_the_generation_alone(ports: Ports) {
    insert(&*ports.keys, 0).await;
    let before = kept(&ports).await;
    let raised = ports.keys.raise_generation().await.unwrap();
    let fewer = &keys(1)[..2];
    let late = ports.keys.replace_signing_keys(fewer, &before.revision);
    assert_eq!(late.await.unwrap(), WriteOutcome::ChangedMeanwhile);
    let now = kept(&ports).await;
    let written = ports.keys.replace_signing_keys(fewer, &now.revision);
    assert_eq!(written.await.unwrap(), WriteOutcome::Written);
    let now = kept(&ports).await;
    assert_same(&now.keys, fewer);
    assert_eq!(now.generation, raised);
}

async fn kept(ports: &Ports) -> KeptKeys {
    ports.keys.find_signing_keys().await.unwrap().unwrap()
}

/// A second root changes nothing.
pub async fn only_the_first_root_is_written(ports: Ports) {
    let first = ports.keys.insert_root(&[1; 32]).await.unwrap();
    let second = ports.keys.insert_root(&[2; 32]).await.unwrap();
    assert_eq!(first, InsertKeysOutcome::Inserted);
    assert_eq!(second, InsertKeysOutcome::Exist);
    assert_eq!(*ports.keys.find_root().await.unwrap().unwrap(), [1; 32]);
}
