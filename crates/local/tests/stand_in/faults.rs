//! Scripted faults.

use std::time::Duration;

use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use m2m_local::stand_in::StandIn;
use m2m_local::stand_in::faults::{Fault, Faults};

use crate::dynamodb::{create_table, get, put, text};
use crate::support::Clients;

/// Clients whose calls pass through faults and are not repeated.
async fn with_faults() -> (Clients, Faults) {
    let stand_in = StandIn::memory().unwrap();
    let faults = Faults::around(stand_in.http_client());
    let config = stand_in
        .sdk_config()
        .into_builder()
        .http_client(faults.http_client())
        .retry_config(RetryConfig::disabled())
        .timeout_config(
            TimeoutConfig::builder()
                .operation_timeout(Duration::from_millis(200))
                .build(),
        )
        .build();
    let clients = Clients::from(&config);
    create_table(&clients.dynamodb).await;
    faults.take_calls();
    (clients, faults)
}

/// Puts an item and tells how that failed.
async fn failing_put(
    clients: &Clients,
) -> SdkError<aws_sdk_dynamodb::operation::put_item::PutItemError> {
    let put = clients.dynamodb.put_item().table_name("items");
    put.item("pk", text("a"))
        .item("sk", text("1"))
        .item("value", text("v"))
        .send()
        .await
        .unwrap_err()
}

#[tokio::test]
async fn calls_are_noted_in_order() {
    let (clients, faults) = with_faults().await;
    put(&clients.dynamodb, "a", "1", "v").await;
    get(&clients.dynamodb, "a", "1").await;
    clients.secrets.list_secrets().send().await.unwrap();
    assert_eq!(faults.calls(), ["PutItem", "GetItem", "ListSecrets"]);
    assert_eq!(faults.take_calls().len(), 3);
    assert!(faults.calls().is_empty());
}

#[tokio::test]
async fn the_nth_call_is_refused_and_the_others_pass() {
    let (clients, faults) = with_faults().await;
    faults.on_nth(2, "PutItem", Fault::ThroughputExceeded);
    put(&clients.dynamodb, "a", "1", "first").await;
    get(&clients.dynamodb, "a", "1").await;
    let error = failing_put(&clients).await.into_service_error();
    assert!(error.is_provisioned_throughput_exceeded_exception());
    assert_eq!(
        get(&clients.dynamodb, "a", "1").await.as_deref(),
        Some("first")
    );
    put(&clients.dynamodb, "a", "1", "third").await;
}

#[tokio::test]
async fn refusals_have_the_codes_of_aws() {
    let (clients, faults) = with_faults().await;
    let refusals = [
        (Fault::Throttled, "ThrottlingException"),
        (Fault::AccessDenied, "AccessDeniedException"),
        (Fault::ServerError, "InternalServerError"),
    ];
    for (fault, code) in refusals {
        faults.next(1, "*", fault);
        assert_eq!(failing_put(&clients).await.code(), Some(code));
    }
    assert_eq!(get(&clients.dynamodb, "a", "1").await, None);
}

#[tokio::test]
async fn a_lost_answer_leaves_the_write_done() {
    let (clients, faults) = with_faults().await;
    faults.next(1, "PutItem", Fault::AnswerLost);
    assert!(matches!(
        failing_put(&clients).await,
        SdkError::DispatchFailure(_)
    ));
    assert_eq!(get(&clients.dynamodb, "a", "1").await.as_deref(), Some("v"));
}

#[tokio::test]
async fn a_call_that_is_not_delivered_does_nothing() {
    let (clients, faults) = with_faults().await;
    faults.next(1, "PutItem", Fault::NotDelivered);
    assert!(matches!(
        failing_put(&clients).await,
        SdkError::DispatchFailure(_)
    ));
    assert_eq!(get(&clients.dynamodb, "a", "1").await, None);
}

#[tokio::test]
async fn a_hanging_call_ends_with_the_timeout_before_or_after_the_write() {
    let (clients, faults) = with_faults().await;
    for (fault, then) in [(Fault::Hang, None), (Fault::HangAfterwards, Some("v"))] {
        faults.next(1, "PutItem", fault);
        assert!(matches!(
            failing_put(&clients).await,
            SdkError::TimeoutError(_)
        ));
        assert_eq!(get(&clients.dynamodb, "a", "1").await.as_deref(), then);
    }
}

#[tokio::test]
async fn after_a_kill_nothing_arrives_until_it_is_cleared() {
    let (clients, faults) = with_faults().await;
    faults.kill_at(2);
    put(&clients.dynamodb, "a", "0", "v").await;
    failing_put(&clients).await;
    clients.secrets.list_secrets().send().await.unwrap_err();
    assert_eq!(faults.calls(), ["PutItem", "PutItem", "ListSecrets"]);
    faults.clear();
    assert_eq!(get(&clients.dynamodb, "a", "0").await.as_deref(), Some("v"));
    assert_eq!(get(&clients.dynamodb, "a", "1").await, None);
}

#[tokio::test]
async fn the_sdk_repeats_what_was_throttled() {
    let stand_in = StandIn::memory().unwrap();
    let faults = Faults::around(stand_in.http_client());
    let config = stand_in
        .sdk_config()
        .into_builder()
        .http_client(faults.http_client())
        .build();
    let clients = Clients::from(&config);
    create_table(&clients.dynamodb).await;
    faults.next(2, "PutItem", Fault::Throttled);
    put(&clients.dynamodb, "a", "1", "v").await;
    faults.always("GetItem", Fault::ServerError);
    let get = clients.dynamodb.get_item().table_name("items");
    get.key("pk", text("a"))
        .key("sk", text("1"))
        .send()
        .await
        .unwrap_err();
    let calls = faults.calls();
    let count = |operation: &str| calls.iter().filter(|call| *call == operation).count();
    assert_eq!((count("PutItem"), count("GetItem")), (3, 3));
}
