//! Deleting and restoring.

use super::{create, current};
use crate::support::{Clients, TestClock, token};

#[tokio::test]
async fn a_deleted_secret_is_refused_until_it_is_restored() {
    let (clients, clock) = Clients::with_clock();
    let secrets = clients.secrets;
    create(&secrets, "one", "v1", &token("first")).await;
    let deleted = secrets
        .delete_secret()
        .secret_id("one")
        .send()
        .await
        .unwrap();
    let in_thirty_days = TestClock::START + 30 * 24 * 3600;
    assert_eq!(deleted.deletion_date().unwrap().secs(), in_thirty_days);

    let got = secrets
        .get_secret_value()
        .secret_id("one")
        .send()
        .await
        .unwrap_err();
    assert!(got.into_service_error().is_invalid_request_exception());
    let put = secrets
        .put_secret_value()
        .secret_id("one")
        .secret_string("v2")
        .send()
        .await;
    assert!(
        put.unwrap_err()
            .into_service_error()
            .is_invalid_request_exception()
    );
    let again = secrets
        .delete_secret()
        .secret_id("one")
        .send()
        .await
        .unwrap_err();
    assert!(again.into_service_error().is_invalid_request_exception());
    let made = secrets
        .create_secret()
        .name("one")
        .secret_string("v2")
        .send()
        .await;
    assert!(
        made.unwrap_err()
            .into_service_error()
            .is_invalid_request_exception()
    );
    let described = secrets
        .describe_secret()
        .secret_id("one")
        .send()
        .await
        .unwrap();
    assert_eq!(described.deleted_date().unwrap().secs(), in_thirty_days);

    clock.advance_hours(30 * 24 - 1);
    secrets
        .restore_secret()
        .secret_id("one")
        .send()
        .await
        .unwrap();
    assert_eq!(current(&secrets, "one").await, "v1");
    clock.advance_hours(2);
    assert_eq!(current(&secrets, "one").await, "v1");
}

#[tokio::test]
async fn after_the_recovery_window_the_secret_is_gone_and_its_name_free() {
    let (clients, clock) = Clients::with_clock();
    let secrets = clients.secrets;
    create(&secrets, "one", "v1", &token("first")).await;
    let old = secrets
        .describe_secret()
        .secret_id("one")
        .send()
        .await
        .unwrap();
    let delete = secrets
        .delete_secret()
        .secret_id("one")
        .recovery_window_in_days(7);
    delete.send().await.unwrap();
    clock.advance_hours(7 * 24);
    let restored = secrets
        .restore_secret()
        .secret_id("one")
        .send()
        .await
        .unwrap_err();
    assert!(
        restored
            .into_service_error()
            .is_resource_not_found_exception()
    );

    create(&secrets, "one", "v2", &token("first")).await;
    let new = secrets
        .describe_secret()
        .secret_id("one")
        .send()
        .await
        .unwrap();
    assert_ne!(old.arn(), new.arn());
    let by_old_arn = secrets
        .get_secret_value()
        .secret_id(old.arn().unwrap())
        .send()
        .await;
    assert!(
        by_old_arn
            .unwrap_err()
            .into_service_error()
            .is_resource_not_found_exception()
    );
}

#[tokio::test]
async fn the_recovery_window_has_7_to_30_days() {
    let secrets = Clients::in_memory().secrets;
    create(&secrets, "one", "v1", &token("first")).await;
    for days in [0, 6, 31] {
        let delete = secrets
            .delete_secret()
            .secret_id("one")
            .recovery_window_in_days(days);
        let error = delete.send().await.unwrap_err().into_service_error();
        assert!(error.is_invalid_parameter_exception(), "{days}");
    }
    let delete = secrets
        .delete_secret()
        .secret_id("one")
        .recovery_window_in_days(7);
    let both = delete
        .force_delete_without_recovery(true)
        .send()
        .await
        .unwrap_err();
    assert!(both.into_service_error().is_invalid_parameter_exception());
    assert_eq!(current(&secrets, "one").await, "v1");
}

#[tokio::test]
async fn a_forced_delete_is_at_once_and_can_be_repeated() {
    let secrets = Clients::in_memory().secrets;
    create(&secrets, "one", "v1", &token("first")).await;
    secrets
        .delete_secret()
        .secret_id("one")
        .send()
        .await
        .unwrap();
    for _ in 0..2 {
        let delete = secrets
            .delete_secret()
            .secret_id("one")
            .force_delete_without_recovery(true);
        assert_eq!(delete.send().await.unwrap().name(), Some("one"));
    }
    let described = secrets
        .describe_secret()
        .secret_id("one")
        .send()
        .await
        .unwrap_err();
    assert!(
        described
            .into_service_error()
            .is_resource_not_found_exception()
    );
    create(&secrets, "one", "v2", &token("first")).await;
    assert_eq!(current(&secrets, "one").await, "v2");
}

#[tokio::test]
async fn deleting_what_does_not_exist_is_not_found_unless_forced() {
    let secrets = Clients::in_memory().secrets;
    let deleted = secrets
        .delete_secret()
        .secret_id("one")
        .send()
        .await
        .unwrap_err();
    assert!(
        deleted
            .into_service_error()
            .is_resource_not_found_exception()
    );
}

#[tokio::test]
async fn restoring_a_live_secret_changes_nothing() {
    let secrets = Clients::in_memory().secrets;
    create(&secrets, "one", "v1", &token("first")).await;
    secrets
        .restore_secret()
        .secret_id("one")
        .send()
        .await
        .unwrap();
    assert_eq!(current(&secrets, "one").await, "v1");
}
