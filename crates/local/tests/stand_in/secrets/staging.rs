//! Staging labels: rotation in steps.

use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::operation::update_secret_version_stage::UpdateSecretVersionStageError;

use super::{create, current, put};
use crate::support::{Clients, token};

/// Puts `value` as the pending version.
async fn put_pending(client: &Client, value: &str, version: &str) {
    let put = client
        .put_secret_value()
        .secret_id("one")
        .secret_string(value);
    let put = put
        .client_request_token(token(version))
        .version_stages("AWSPENDING");
    assert_eq!(put.send().await.unwrap().version_stages(), ["AWSPENDING"]);
}

/// Moves `label` between versions.
async fn update_stage(
    client: &Client,
    label: &str,
    from: Option<&str>,
    to: Option<&str>,
) -> Result<(), UpdateSecretVersionStageError> {
    let call = client
        .update_secret_version_stage()
        .secret_id("one")
        .version_stage(label);
    let call = call.set_remove_from_version_id(from.map(token));
    let call = call.set_move_to_version_id(to.map(token));
    call.send()
        .await
        .map(drop)
        .map_err(|error| error.into_service_error())
}

/// The labels of a version.
async fn labels(client: &Client, version: &str) -> Vec<String> {
    let described = client
        .describe_secret()
        .secret_id("one")
        .send()
        .await
        .unwrap();
    let stages = described.version_ids_to_stages().unwrap();
    stages.get(&token(version)).cloned().unwrap_or_default()
}

#[tokio::test]
async fn a_pending_version_is_promoted_by_moving_awscurrent() {
    let secrets = Clients::in_memory().secrets;
    create(&secrets, "one", "v1", &token("first")).await;
    put_pending(&secrets, "v2", "second").await;
    assert_eq!(current(&secrets, "one").await, "v1");

    update_stage(&secrets, "AWSCURRENT", Some("first"), Some("second"))
        .await
        .unwrap();
    assert_eq!(current(&secrets, "one").await, "v2");
    assert_eq!(labels(&secrets, "first").await, ["AWSPREVIOUS"]);
    assert_eq!(
        labels(&secrets, "second").await,
        ["AWSCURRENT", "AWSPENDING"]
    );

    update_stage(&secrets, "AWSPENDING", Some("second"), None)
        .await
        .unwrap();
    assert_eq!(labels(&secrets, "second").await, ["AWSCURRENT"]);
}

#[tokio::test]
async fn moving_a_label_without_knowing_its_holder_is_refused() {
    let secrets = Clients::in_memory().secrets;
    create(&secrets, "one", "v1", &token("first")).await;
    put_pending(&secrets, "v2", "second").await;
    for from in [None, Some("second")] {
        let moved = update_stage(&secrets, "AWSCURRENT", from, Some("second")).await;
        assert!(moved.unwrap_err().is_invalid_parameter_exception());
    }
    assert_eq!(current(&secrets, "one").await, "v1");
}

#[tokio::test]
async fn moving_a_label_to_its_holder_changes_nothing() {
    let secrets = Clients::in_memory().secrets;
    create(&secrets, "one", "v1", &token("first")).await;
    put(&secrets, "one", "v2", &token("second")).await;
    update_stage(&secrets, "AWSCURRENT", Some("first"), Some("second"))
        .await
        .unwrap();
    assert_eq!(labels(&secrets, "second").await, ["AWSCURRENT"]);
    assert_eq!(labels(&secrets, "first").await, ["AWSPREVIOUS"]);
}

#[tokio::test]
async fn going_back_swaps_current_and_previous() {
    let secrets = Clients::in_memory().secrets;
    create(&secrets, "one", "v1", &token("first")).await;
    put(&secrets, "one", "v2", &token("second")).await;
    update_stage(&secrets, "AWSCURRENT", Some("second"), Some("first"))
        .await
        .unwrap();
    assert_eq!(labels(&secrets, "first").await, ["AWSCURRENT"]);
    assert_eq!(labels(&secrets, "second").await, ["AWSPREVIOUS"]);
}

#[tokio::test]
async fn awscurrent_cannot_be_taken_off() {
    let secrets = Clients::in_memory().secrets;
    create(&secrets, "one", "v1", &token("first")).await;
    let taken = update_stage(&secrets, "AWSCURRENT", Some("first"), None).await;
    assert!(taken.unwrap_err().is_invalid_parameter_exception());
    assert!(update_stage(&secrets, "MINE", None, None).await.is_err());
}

#[tokio::test]
async fn a_label_cannot_move_to_a_version_that_does_not_exist() {
    let secrets = Clients::in_memory().secrets;
    create(&secrets, "one", "v1", &token("first")).await;
    let moved = update_stage(&secrets, "AWSCURRENT", Some("first"), Some("second")).await;
    assert!(moved.unwrap_err().is_resource_not_found_exception());
    assert_eq!(current(&secrets, "one").await, "v1");
}

#[tokio::test]
async fn a_label_is_only_taken_off_the_version_that_has_it() {
    let secrets = Clients::in_memory().secrets;
    create(&secrets, "one", "v1", &token("first")).await;
    put_pending(&secrets, "v2", "second").await;
    let taken = update_stage(&secrets, "AWSPENDING", Some("first"), None).await;
    assert!(taken.unwrap_err().is_invalid_parameter_exception());
    let taken = update_stage(&secrets, "NOBODYS", Some("first"), None).await;
    assert!(taken.unwrap_err().is_invalid_parameter_exception());
}

#[tokio::test]
async fn a_label_of_ones_own_can_be_put_on_and_read_by() {
    let secrets = Clients::in_memory().secrets;
    create(&secrets, "one", "v1", &token("first")).await;
    update_stage(&secrets, "MINE", None, Some("first"))
        .await
        .unwrap();
    let get = secrets
        .get_secret_value()
        .secret_id("one")
        .version_stage("MINE");
    assert_eq!(get.send().await.unwrap().secret_string(), Some("v1"));
}

#[tokio::test]
async fn the_first_version_is_current_whatever_it_was_called() {
    let secrets = Clients::in_memory().secrets;
    secrets.create_secret().name("one").send().await.unwrap();
    let put = secrets
        .put_secret_value()
        .secret_id("one")
        .secret_string("v1");
    let put = put
        .client_request_token(token("first"))
        .version_stages("AWSPENDING");
    put.send().await.unwrap();
    assert_eq!(
        labels(&secrets, "first").await,
        ["AWSCURRENT", "AWSPENDING"]
    );
}

#[tokio::test]
async fn a_secret_has_at_most_20_labels() {
    let secrets = Clients::in_memory().secrets;
    create(&secrets, "one", "v1", &token("first")).await;
    for number in 0..19 {
        update_stage(&secrets, &format!("L{number}"), None, Some("first"))
            .await
            .unwrap();
    }
    let added = update_stage(&secrets, "ONE-TOO-MANY", None, Some("first")).await;
    assert!(added.unwrap_err().is_limit_exceeded_exception());
    assert_eq!(labels(&secrets, "first").await.len(), 20);
}
