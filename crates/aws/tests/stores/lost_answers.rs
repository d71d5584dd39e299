//! AWS did what it was asked, and the answer never came: the SDK asks again, and nothing may be
//! done twice or be reported as refused.

use jiff::SignedDuration;
use m2m_core::client::{Client, ClientState};
use m2m_core::keys::{KeyState, SigningAlgorithm};
use m2m_core::organization::Organization;
use m2m_core::owner::Owner;
use m2m_core::ports::{
    DenyOutcome, InsertKeysOutcome, InsertOutcome, KeyRecord, Spending, SpentName, WriteOutcome,
};
use m2m_local::stand_in::faults::Fault;
use m2m_testkit::builders::{NOW, answer, denial, next, organization, owner, pending, secret};
use m2m_types::generation::Generation;
use m2m_types::scope::ScopeSet;

use crate::meddler::{Meddler, Meddling};
use crate::support::Deployment;

#[tokio::test]
async fn an_inserted_client_is_counted_once() {
    let deployment = Deployment::start().await;
    // The first of a day takes a second attempt.
    deployment.create("orders").await;
    deployment.faults.clear();
    let new = pending("payments");
    let kept = answer(1, &new);
    deployment
        .faults
        .next(1, "TransactWriteItems", Fault::AnswerLost);
    let inserted = deployment.insert(&new, Some(2), Some(&kept)).await;
    assert_eq!(inserted.unwrap(), InsertOutcome::Inserted);
    assert_eq!(deployment.faults.calls().len(), 2);
    assert_eq!(deployment.count().await, "2");
}

#[tokio::test]
async fn an_activated_client_is_written() {
    let deployment = Deployment::start().await;
    let new = pending("payments");
    let kept = answer(1, &new);
    deployment.insert(&new, None, Some(&kept)).await.unwrap();
    deployment
        .faults
        .next(1, "TransactWriteItems", Fault::AnswerLost);
    let active = next(&new, ClientState::Active);
    let clients = &deployment.stores.clients;
    let outcome = clients
        .activate(&active, new.revision, Some(&kept.id))
        .await;
    assert_eq!(outcome.unwrap(), WriteOutcome::Written);
    assert_eq!(deployment.client("payments").await, Some(active));
}

#[tokio::test]
async fn a_replaced_client_is_written() {
    let deployment = Deployment::start().await;
    let present = deployment.create("payments").await;
    deployment.faults.next(1, "UpdateItem", Fault::AnswerLost);
    let wanted = next(&present, ClientState::Active);
    let clients = &deployment.stores.clients;
    let outcome = clients
        .replace(&wanted, present.revision, None)
        .await
        .unwrap();
    assert_eq!(outcome, WriteOutcome::Written);
    assert_eq!(deployment.client("payments").await, Some(wanted));
}

#[tokio::test]
async fn a_deleted_client_is_uncounted_once() {
    let deployment = Deployment::start().await;
    let present = deployment.create("payments").await;
    deployment.create("billing").await;
    deployment
        .faults
        .next(1, "TransactWriteItems", Fault::AnswerLost);
    let restorable_until = NOW;
    let deleted = next(
        &present,
        ClientState::Deleted {
            restorable_until,
            was_disabled: false,
        },
    );
    let clients = &deployment.stores.clients;
    let outcome = clients.delete(&deleted, present.revision, NOW).await;
    assert_eq!(outcome.unwrap(), WriteOutcome::Written);
    assert_eq!(deployment.count().await, "1");
}

#[tokio::test]
async fn a_stopped_client_is_stopped_once() {
    let deployment = Deployment::start().await;
    let present = deployment.create("payments").await;
    deployment
        .faults
        .next(1, "TransactWriteItems", Fault::AnswerLost);
    let stopped = Client {
        generation: present.generation.raised(),
        ..next(&present, ClientState::Active)
    };
    let clients = &deployment.stores.clients;
    let outcome = clients.stop(&stopped, present.revision, NOW, None).await;
    assert_eq!(outcome.unwrap(), WriteOutcome::Written);
    let found = deployment.stores.revocations.read_all(NOW).await.unwrap();
    assert_eq!(found.sequence, 1);
    let expected = [(stopped.id, stopped.generation)].into();
    assert_eq!(found.revoked.clients, expected);
}

#[tokio::test]
async fn a_denied_token_is_denied_once() {
    let deployment = Deployment::start().await;
    let revocations = &deployment.stores.revocations;
    deployment
        .faults
        .next(1, "TransactWriteItems", Fault::AnswerLost);
    let outcome = revocations.deny(&denial("1")).await.unwrap();
    assert_eq!(outcome, DenyOutcome::Denied);
    assert_eq!(revocations.sequence().await.unwrap(), 1);
}

#[tokio::test]
async fn an_undone_create_is_uncounted_once() {
    let deployment = Deployment::start().await;
    let new = pending("payments");
    deployment.insert(&new, None, None).await.unwrap();
    deployment
        .insert(&pending("billing"), None, None)
        .await
        .unwrap();
    let abandoned = next(&new, ClientState::Abandoned);
    let clients = &deployment.stores.clients;
    deployment
        .faults
        .next(1, "TransactWriteItems", Fault::AnswerLost);
    let outcome = clients.abandon(&abandoned, new.revision).await.unwrap();
    assert_eq!(outcome, WriteOutcome::Written);
    deployment
        .faults
        .next(1, "TransactWriteItems", Fault::AnswerLost);
    let outcome = clients.remove_abandoned(&abandoned).await.unwrap();
    assert_eq!(outcome, WriteOutcome::Written);
    assert_eq!(deployment.count().await, "1");
}

#[tokio::test]
async fn a_use_is_noted() {
    let deployment = Deployment::start().await;
    let present = deployment.create("payments").await;
    deployment.faults.next(1, "UpdateItem", Fault::AnswerLost);
    let secret = &present.secrets[0].id;
    let clients = &deployment.stores.clients;
    clients.record_use(&present.id, secret, NOW).await.unwrap();
    let found = deployment.client("payments").await.unwrap();
    assert_eq!(found.last_used_at(), Some(NOW));
}

#[tokio::test]
async fn written_principals_count_as_written() {
    let deployment = Deployment::start().await;
    deployment
        .faults
        .next(1, "TransactWriteItems", Fault::AnswerLost);
    let directory = &deployment.stores.directory;
    let written = directory.insert_principals(&owner(), &organization()).await;
    assert!(written.unwrap());
}

#[tokio::test]
async fn a_written_owner_counts_as_written() {
    let deployment = Deployment::start().await;
    let directory = &deployment.stores.directory;
    let narrowed = Owner {
        permissions: ScopeSet::default(),
        ..owner()
    };
    for (owner, expected) in [(owner(), None), (narrowed, Some(owner()))] {
        deployment.faults.next(1, "UpdateItem", Fault::AnswerLost);
        let written = directory.replace_owner(&owner, expected.as_ref()).await;
        assert_eq!(written.unwrap(), WriteOutcome::Written);
    }
}

#[tokio::test]
async fn a_stopped_owner_and_a_stopped_organization_are_stopped_once() {
    let deployment = Deployment::start().await;
    let directory = &deployment.stores.directory;
    let (ada, acme) = (owner(), organization());
    directory.insert_principals(&ada, &acme).await.unwrap();
    let stopped = Owner {
        generation: ada.generation.raised(),
        ..ada.clone()
    };
    deployment
        .faults
        .next(1, "TransactWriteItems", Fault::AnswerLost);
    let written = directory.stop_owner(&stopped, &ada, NOW).await;
    assert_eq!(written.unwrap(), WriteOutcome::Written);
    let stopped = Organization {
        generation: acme.generation.raised(),
        ..acme.clone()
    };
    deployment
        .faults
        .next(1, "TransactWriteItems", Fault::AnswerLost);
    let written = directory.stop_organization(&stopped, &acme, NOW).await;
    assert_eq!(written.unwrap(), WriteOutcome::Written);
    let found = deployment.stores.revocations.read_all(NOW).await.unwrap();
    assert_eq!((found.sequence, found.revoked.handles.len()), (2, 2));
}

#[tokio::test]
async fn a_kept_value_is_kept() {
    let deployment = Deployment::start().await;
    let (client, (secret, value)) = (pending("payments").id, secret("one"));
    let values = &deployment.stores.values;
    for _ in 0..2 {
        deployment.faults.next(1, "CreateSecret", Fault::AnswerLost);
        values.insert(&client, &secret.id, &value).await.unwrap();
    }
    assert!(values.find(&client, &secret.id).await.unwrap().is_some());
    deployment.faults.next(1, "DeleteSecret", Fault::AnswerLost);
    values.schedule_removal(&client).await.unwrap();
    deployment.faults.next(1, "DeleteSecret", Fault::AnswerLost);
    values.remove(&client).await.unwrap();
}

#[tokio::test]
async fn the_first_root_is_inserted() {
    let deployment = Deployment::start().await;
    deployment.faults.next(1, "CreateSecret", Fault::AnswerLost);
    let outcome = deployment.stores.keys.insert_root(&[1; 32]).await.unwrap();
    assert_eq!(outcome, InsertKeysOutcome::Inserted);
}

#[tokio::test]
async fn a_name_that_was_spent_once_is_spent_for_the_first_time() {
    let deployment = Deployment::start().await;
    let spent = &deployment.stores.spent;
    let name = SpentName::of(&["test", "jti"]);
    let until = NOW + SignedDuration::from_mins(5);
    deployment.faults.next(1, "PutItem", Fault::AnswerLost);
    let first = spent.spend(&name, until, NOW).await.unwrap();
    assert_eq!(first, Spending::First);
    assert_eq!(deployment.faults.take_calls(), ["PutItem", "PutItem"]);
    let again = spent.spend(&name, until, NOW).await.unwrap();
    assert_eq!(again, Spending::Again);
}

#[tokio::test]
async fn a_name_whose_answers_are_all_lost_is_never_spent_again() {
    let deployment = Deployment::start().await;
    let spent = &deployment.stores.spent;
    let name = SpentName::of(&["test", "jti"]);
    let until = NOW + SignedDuration::from_mins(5);
    deployment.faults.always("PutItem", Fault::AnswerLost);
    assert!(spent.spend(&name, until, NOW).await.is_err());
    deployment.faults.clear();
    let again = spent.spend(&name, until, NOW).await.unwrap();
    assert_eq!(again, Spending::Again);
}

fn signing_keys() -> Vec<KeyRecord> {
    let states = [
        KeyState::Active { since: NOW },
        KeyState::Pending { since: NOW },
    ];
    let generate = |state| KeyRecord::generate(SigningAlgorithm::EdDsa, state).unwrap();
    states.into_iter().map(generate).collect()
}

async fn insert_keys(deployment: &Deployment) {
    let keys = signing_keys();
    let inserted = deployment
        .stores
        .keys
        .insert_signing_keys(&keys, Generation::default())
        .await;
    assert_eq!(inserted.unwrap(), InsertKeysOutcome::Inserted);
}

/// Replaces the first keys and tells which are kept then.
async fn replace_keys(deployment: &Deployment) -> (WriteOutcome, usize) {
    let store = &deployment.stores.keys;
    let keys = signing_keys();
    let kept = store.find_signing_keys().await.unwrap().unwrap();
    let written = store.replace_signing_keys(&keys[..1], &kept.revision).await;
    let kept = store.find_signing_keys().await.unwrap().unwrap();
    (written.unwrap(), kept.keys.len())
}

#[tokio::test]
async fn replaced_keys_are_written() {
    for lost in ["PutSecretValue", "UpdateSecretVersionStage"] {
        let deployment = Deployment::start().await;
        insert_keys(&deployment).await;
        deployment.faults.next(1, lost, Fault::AnswerLost);
        let replaced = replace_keys(&deployment).await;
        assert_eq!(replaced, (WriteOutcome::Written, 1), "{lost}");
    }
}

/// AWS may refuse to move a label once more from where it is not any more.
#[tokio::test]
async fn replaced_keys_are_written_though_the_label_cannot_be_moved_again() {
    let refusal = r#"{"__type": "InvalidParameterException", "Message": "not attached to it"}"#;
    let meddling = Meddling::Answer(400, refusal.to_owned());
    let meddler = Meddler::new("UpdateSecretVersionStage", meddling);
    let deployment = Deployment::behind(|client| meddler.around(client)).await;
    insert_keys(&deployment).await;
    let faults = &deployment.faults;
    faults.next(1, "UpdateSecretVersionStage", Fault::AnswerLost);
    meddler.second();
    assert_eq!(replace_keys(&deployment).await, (WriteOutcome::Written, 1));
}
