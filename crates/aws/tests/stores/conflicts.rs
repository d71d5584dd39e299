//! Transactions that met on one item, such as the count of an organization: they pass, and the SDK
//! does not repeat them.

use m2m_core::client::ClientState;
use m2m_core::ports::{InsertOutcome, WriteOutcome};
use m2m_testkit::builders::{NOW, denial, next, pending};
use serde_json::{Value, json};

use crate::meddler::{Meddler, Meddling};
use crate::support::Deployment;

fn canceled(codes: &[&str]) -> Value {
    let reasons: Vec<_> = codes.iter().map(|code| json!({ "Code": code })).collect();
    json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
        "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons",
        "CancellationReasons": reasons,
    })
}

async fn deployment(operation: &'static str, body: Value) -> (Deployment, Meddler) {
    let meddler = Meddler::new(operation, Meddling::Answer(400, body.to_string()));
    let deployment = Deployment::behind(|inner| meddler.around(inner)).await;
    (deployment, meddler)
}

#[tokio::test(start_paused = true)]
async fn a_conflict_is_tried_again() {
    for code in [
        "TransactionConflict",
        "ThrottlingError",
        "ProvisionedThroughputExceeded",
    ] {
        let body = canceled(&["None", code, "None"]);
        let (deployment, meddler) = deployment("TransactWriteItems", body).await;
        meddler.next(5);
        let inserted = deployment.insert(&pending("payments"), Some(1), None).await;
        assert_eq!(inserted.unwrap(), InsertOutcome::Inserted, "{code}");
        // The first client of a day is counted at the second attempt, when the count was read.
        assert_eq!(deployment.faults.calls().len(), 5 + 3, "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lasting_conflict_is_a_failure() {
    let body = canceled(&["None", "TransactionConflict", "None"]);
    let (deployment, meddler) = deployment("TransactWriteItems", body).await;
    meddler.next(usize::MAX);
    let inserted = deployment.insert(&pending("payments"), Some(1), None).await;
    assert!(inserted.is_err());
    assert_eq!(deployment.faults.calls().len(), 8);
}

#[tokio::test]
async fn a_condition_is_answered_whatever_else_there_was() {
    let body = canceled(&["ConditionalCheckFailed", "TransactionConflict", "None"]);
    let (deployment, meddler) = deployment("TransactWriteItems", body).await;
    meddler.next(1);
    let refused = deployment.insert(&pending("payments"), Some(1), None).await;
    assert_eq!(refused.unwrap(), InsertOutcome::IdTaken);
}

#[tokio::test]
async fn any_other_reason_is_a_failure_at_once() {
    let body = canceled(&["None", "ValidationError", "None"]);
    let (deployment, meddler) = deployment("TransactWriteItems", body).await;
    meddler.next(1);
    assert!(
        deployment
            .insert(&pending("payments"), Some(1), None)
            .await
            .is_err()
    );
    assert_eq!(deployment.faults.calls().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_update_waits_for_a_transaction_to_end() {
    let body = json!({
        "__type": "com.amazonaws.dynamodb.v20120810#TransactionConflictException",
        "message": "Transaction is ongoing for the item",
    });
    let (deployment, meddler) = deployment("UpdateItem", body).await;
    let present = deployment.create("payments").await;
    let clients = &deployment.stores.clients;
    meddler.next(3);
    let wanted = next(&present, ClientState::Active);
    let outcome = clients
        .replace(&wanted, present.revision, None)
        .await
        .unwrap();
    assert_eq!(outcome, WriteOutcome::Written);
    meddler.next(3);
    let secret = &present.secrets[0].id;
    clients.record_use(&present.id, secret, NOW).await.unwrap();
    meddler.next(usize::MAX);
    assert!(
        clients
            .replace(&wanted, present.revision, None)
            .await
            .is_err()
    );
}

/// Whoever revokes without end holds up the stops of others, and makes none of them fail.
#[tokio::test(start_paused = true)]
async fn a_stop_outlasts_the_conflicts_that_a_denial_gives_up_on() {
    let body = canceled(&["None", "None", "TransactionConflict"]);
    let (deployment, meddler) = deployment("TransactWriteItems", body).await;
    let active = deployment.create("payments").await;
    meddler.next(12);
    let stopped = active.clone().stopped(ClientState::Disabled, NOW);
    let clients = &deployment.stores.clients;
    let written = clients.stop(&stopped, active.revision, NOW, None).await;
    assert_eq!(written.unwrap(), WriteOutcome::Written);
    meddler.next(12);
    let denied = deployment.stores.revocations.deny(&denial("1")).await;
    assert!(denied.is_err());
}
