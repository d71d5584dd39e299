//! Changing and reading values.

use aws_sdk_secretsmanager::error::ProvideErrorMetadata;

use super::{create, current, put};
use crate::support::{Clients, TestClock, token};

#[tokio::test]
async fn a_put_value_becomes_current_and_the_one_before_previous() {
    let secrets = Clients::in_memory().secrets;
    create(&secrets, "one", "v1", &token("first")).await;
    put(&secrets, "one", "v2", &token("second")).await;
    put(&secrets, "one", "v3", &token("third")).await;
    assert_eq!(current(&secrets, "one").await, "v3");
    let previous = secrets
        .get_secret_value()
        .secret_id("one")
        .version_stage("AWSPREVIOUS");
    assert_eq!(previous.send().await.unwrap().secret_string(), Some("v2"));
    let first = secrets
        .get_secret_value()
        .secret_id("one")
        .version_id(token("first"));
    let first = first.send().await.unwrap();
    assert_eq!(first.secret_string(), Some("v1"));
    assert!(first.version_stages().is_empty());
}

#[tokio::test]
async fn putting_the_same_version_again_changes_nothing() {
    let secrets = Clients::in_memory().secrets;
    create(&secrets, "one", "v1", &token("first")).await;
    put(&secrets, "one", "v2", &token("second")).await;
    put(&secrets, "one", "v3", &token("third")).await;
    // A late retry must not bring the old value back.
    put(&secrets, "one", "v2", &token("second")).await;
    assert_eq!(current(&secrets, "one").await, "v3");
}

#[tokio::test]
async fn a_version_cannot_be_given_another_value() {
    let secrets = Clients::in_memory().secrets;
    create(&secrets, "one", "v1", &token("first")).await;
    let put = secrets
        .put_secret_value()
        .secret_id("one")
        .secret_string("other");
    let error = put
        .client_request_token(token("first"))
        .send()
        .await
        .unwrap_err();
    assert!(error.into_service_error().is_resource_exists_exception());
    let update = secrets
        .update_secret()
        .secret_id("one")
        .secret_string("other");
    let error = update
        .client_request_token(token("first"))
        .send()
        .await
        .unwrap_err();
    assert!(error.into_service_error().is_resource_exists_exception());
    assert_eq!(current(&secrets, "one").await, "v1");
}

#[tokio::test]
async fn text_and_bytes_of_the_same_content_are_different_values() {
    let secrets = Clients::in_memory().secrets;
    create(&secrets, "one", "v1", &token("first")).await;
    let bytes = aws_sdk_secretsmanager::primitives::Blob::new("v1");
    let put = secrets
        .put_secret_value()
        .secret_id("one")
        .secret_binary(bytes);
    let error = put
        .client_request_token(token("first"))
        .send()
        .await
        .unwrap_err();
    assert!(error.into_service_error().is_resource_exists_exception());
}

#[tokio::test]
async fn a_put_without_a_value_is_refused() {
    let secrets = Clients::in_memory().secrets;
    create(&secrets, "one", "v1", &token("first")).await;
    let error = secrets
        .put_secret_value()
        .secret_id("one")
        .send()
        .await
        .unwrap_err();
    assert!(error.into_service_error().is_invalid_request_exception());
}

#[tokio::test]
async fn what_does_not_exist_is_not_found() {
    let secrets = Clients::in_memory().secrets;
    create(&secrets, "one", "v1", &token("first")).await;
    let get = || secrets.get_secret_value();
    let calls = [
        get().secret_id("two"),
        get().secret_id("arn:aws:secretsmanager:us-east-1:000000000000:secret:one-AAAAAA"),
        get().secret_id("one").version_id(token("second")),
        get().secret_id("one").version_stage("AWSPENDING"),
    ];
    for call in calls {
        let error = call.send().await.unwrap_err().into_service_error();
        assert!(error.is_resource_not_found_exception(), "{error:?}");
    }
}

#[tokio::test]
async fn version_and_label_must_agree() {
    let secrets = Clients::in_memory().secrets;
    create(&secrets, "one", "v1", &token("first")).await;
    put(&secrets, "one", "v2", &token("second")).await;
    let get = |id: &str| {
        let get = secrets
            .get_secret_value()
            .secret_id("one")
            .version_stage("AWSCURRENT");
        get.version_id(token(id)).send()
    };
    assert_eq!(get("second").await.unwrap().secret_string(), Some("v2"));
    assert!(
        get("first")
            .await
            .unwrap_err()
            .into_service_error()
            .is_invalid_request_exception()
    );
}

#[tokio::test]
async fn an_update_changes_the_description_the_value_or_both() {
    let (clients, clock) = Clients::with_clock();
    let secrets = clients.secrets;
    create(&secrets, "one", "v1", &token("first")).await;
    clock.advance_hours(1);
    let update = secrets
        .update_secret()
        .secret_id("one")
        .description("the first");
    assert_eq!(update.send().await.unwrap().version_id(), None);
    let update = secrets.update_secret().secret_id("one").secret_string("v2");
    let updated = update
        .client_request_token(token("second"))
        .send()
        .await
        .unwrap();
    assert_eq!(updated.version_id(), Some(token("second").as_str()));

    let described = secrets
        .describe_secret()
        .secret_id("one")
        .send()
        .await
        .unwrap();
    assert_eq!(described.description(), Some("the first"));
    assert_eq!(described.created_date().unwrap().secs(), TestClock::START);
    assert_eq!(
        described.last_changed_date().unwrap().secs(),
        TestClock::START + 3600
    );
    let stages = described.version_ids_to_stages().unwrap();
    assert_eq!(stages[&token("second")], ["AWSCURRENT"]);
    assert_eq!(stages[&token("first")], ["AWSPREVIOUS"]);
}

#[tokio::test]
async fn malformed_requests_are_refused_without_quoting_them() {
    let secrets = Clients::in_memory().secrets;
    // The SDK sends what it is told; an unsupported member must not be dropped in silence.
    let error = secrets
        .rotate_secret()
        .secret_id("one")
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("UnknownOperationException"));
    let region = aws_sdk_secretsmanager::types::ReplicaRegionType::builder().region("eu-west-1");
    let create = secrets.create_secret().name("one").secret_string("hunter2");
    let error = create
        .add_replica_regions(region.build())
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("SerializationException"));
    assert!(error.message().unwrap().contains("AddReplicaRegions"));
    assert!(!error.message().unwrap().contains("hunter2"));
}
