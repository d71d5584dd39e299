//! The function `maintenance` and the schedule that invokes it.

use jiff::SignedDuration;
use m2m_core::client::{Client, ClientState};
use m2m_core::ports::{InsertOutcome, PendingClient, WriteOutcome};
use m2m_lambda_emulator::{Function, Outcome};
use m2m_testkit::builders::{self, NOW};
use m2m_tests::world::{ada, client_of};
use m2m_types::admin::client::SecretStorage;
use serde_json::{Value, json};

use crate::fixtures;
use crate::programs;
use crate::stores::Stores;

/// What EventBridge sends by a schedule.
fn scheduled() -> Value {
    let mut all = fixtures::all().into_iter();
    let name = "example-eventbridge-schedule.json";
    all.find(|fixture| fixture.name == name).unwrap().event
}

/// What the function did.
async fn done(maintenance: &mut Function) -> Value {
    match maintenance.invoke(&scheduled()).await.unwrap() {
        Outcome::Answer(done) => done,
        Outcome::Failed(said) => panic!("{said}"),
    }
}

/// A create that was stopped long ago, before its secret's value was kept.
async fn leave_a_create_half_done(stores: &Stores, name: &str) -> Client {
    let client = Client {
        secret_storage: SecretStorage::SecretsManager,
        ..builders::pending(name)
    };
    let pending = PendingClient {
        client: &client,
        max_clients: None,
        max_made_a_day: u32::MAX,
        answer: None,
        now: NOW,
    };
    let ports = stores.service.deployment.ports();
    let inserted = ports.clients.insert_pending(pending).await.unwrap();
    assert_eq!(inserted, InsertOutcome::Inserted);
    client
}

/// A delete that was stopped long ago, before the secret's value was scheduled for removal.
async fn leave_a_delete_half_done(stores: &Stores, name: &str) {
    let client = stores.service.add_client(client_of(&ada(), name)).await;
    let state = ClientState::Deleted {
        restorable_until: NOW + SignedDuration::from_hours(24 * 29),
        was_disabled: false,
    };
    let deleted = builders::next(&client, state);
    let ports = stores.service.deployment.ports();
    let written = ports.clients.delete(&deleted, client.revision, NOW).await;
    assert_eq!(written.unwrap(), WriteOutcome::Written);
}

#[tokio::test]
async fn what_was_left_half_done_is_done_once() {
    let stores = Stores::start().await;
    let create = leave_a_create_half_done(&stores, "half-made").await;
    leave_a_delete_half_done(&stores, "half-deleted").await;
    let mut maintenance = programs::start("maintenance", &stores).await;
    let done_first = done(&mut maintenance).await;
    assert_eq!(done_first, json!({"finished": 1, "undone": 1}));
    let done_then = done(&mut maintenance).await;
    assert_eq!(done_then, json!({"finished": 0, "undone": 0}));

    let ports = stores.service.deployment.ports();
    let found = ports.directory.find_client(&create.id).await.unwrap();
    assert!(found.client.is_none());
    let notes = ports.clients.unfinished(None, 10).await.unwrap();
    assert_eq!(notes, []);
}

#[tokio::test]
async fn whatever_invokes_it_it_does_the_same() {
    let stores = Stores::start().await;
    let mut maintenance = programs::start("maintenance", &stores).await;
    for event in [json!(null), json!({}), json!([1]), json!("x")] {
        let outcome = maintenance.invoke(&event).await.unwrap();
        let expected = json!({"finished": 0, "undone": 0});
        assert_eq!(outcome, Outcome::Answer(expected), "{event}");
    }
}

#[tokio::test]
async fn work_that_a_store_refuses_is_a_failed_invocation_and_is_done_by_a_later_one() {
    let stores = Stores::start().await;
    leave_a_create_half_done(&stores, "half-made").await;
    let mut maintenance = programs::start("maintenance", &stores).await;
    for operation in ["Query", "TransactWriteItems"] {
        stores.deny(operation, true);
        let outcome = maintenance.invoke(&scheduled()).await.unwrap();
        assert!(
            matches!(outcome, Outcome::Failed(_)),
            "{operation}: {outcome:?}"
        );
        maintenance.logged(operation).await;
        stores.deny(operation, false);
    }
    let done = done(&mut maintenance).await;
    assert_eq!(done, json!({"finished": 0, "undone": 1}));
}
