//! Keeping the values of secrets.

use m2m_core::ports::WriteOutcome;
use m2m_types::client_id::ClientId;
use m2m_types::names::SecretId;

use super::Ports;
use crate::builders::{client_id, secret};

/// A test of every fact about `SecretValues`.
#[macro_export]
macro_rules! secret_values_contract {
    ($make:path) => {
        $crate::facts!(
            secret_values,
            $make,
            [
                a_further_value_is_not_the_current_one_until_it_is_made_so,
                a_further_value_of_a_client_without_one_is_the_current_one,
                a_kept_value_is_found_under_its_own_name_only,
                a_removed_value_is_gone_and_may_come_again,
                a_restored_value_is_found_again,
                a_value_scheduled_for_removal_is_not_found,
                another_value_under_the_same_name_is_refused,
                keeping_the_same_value_again_is_no_error,
                nothing_is_current_where_nothing_is_kept,
                only_who_knows_the_current_value_replaces_it,
                removing_nothing_is_no_error,
            ]
        );
    };
}

/// Not under another client's or another secret's.
pub async fn a_kept_value_is_found_under_its_own_name_only(ports: Ports) {
    let (payments, billing) = (client_id("payments"), client_id("payments-2"));
    let (one, value) = secret("one");
    let (other, _) = secret("other");
    assert!(
        ports
            .values
            .find(&payments, &one.id)
            .await
            .unwrap()
            .is_none()
    );
    ports
        .values
        .insert(&payments, &one.id, &value)
        .await
        .unwrap();
    let found = ports
        .values
        .find(&payments, &one.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.value.expose(), value.expose());
    assert!(
        ports
            .values
            .find(&payments, &other.id)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        ports
            .values
            .find(&billing, &one.id)
            .await
            .unwrap()
            .is_none()
    );
}

/// A repair does so.
pub async fn keeping_the_same_value_again_is_no_error(ports: Ports) {
    let (client, (secret, value)) = (client_id("payments"), secret("one"));
    let first = ports
        .values
        .insert(&client, &secret.id, &value)
        .await
        .unwrap();
    for _ in 0..2 {
        let again = ports
            .values
            .insert(&client, &secret.id, &value)
            .await
            .unwrap();
        assert_eq!(again, first, "the ARN");
    }
    let found = ports
        .values
        .find(&client, &secret.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.arn, first);
}

/// And the first one stays.
pub async fn another_value_under_the_same_name_is_refused(ports: Ports) {
    let client = client_id("payments");
    let ((one, value), (_, forged)) = (secret("one"), secret("other"));
    ports.values.insert(&client, &one.id, &value).await.unwrap();
    assert!(
        ports
            .values
            .insert(&client, &one.id, &forged)
            .await
            .is_err()
    );
    let found = ports.values.find(&client, &one.id).await.unwrap().unwrap();
    assert_eq!(found.value.expose(), value.expose());
}

/// Scheduling it again is no error.
pub async fn a_value_scheduled_for_removal_is_not_found(ports: Ports) {
    let (client, (secret, value)) = (client_id("payments"), secret("one"));
    ports
        .values
        .insert(&client, &secret.id, &value)
        .await
        .unwrap();
    for _ in 0..2 {
        ports.values.schedule_removal(&client).await.unwrap();
        assert!(
            ports
                .values
                .find(&client, &secret.id)
                .await
                .unwrap()
                .is_none()
        );
    }
    ports.values.remove(&client).await.unwrap();
}

/// Also one that was not to go; one that is gone stays so.
pub async fn a_restored_value_is_found_again(ports: Ports) {
    let (client, (secret, value)) = (client_id("payments"), secret("one"));
    assert!(!ports.values.restore(&client).await.unwrap());
    let insert = ports.values.insert(&client, &secret.id, &value);
    insert.await.unwrap();
    ports.values.schedule_removal(&client).await.unwrap();
    for _ in 0..2 {
        assert!(ports.values.restore(&client).await.unwrap());
        let found = ports.values.find(&client, &secret.id).await.unwrap();
        assert_eq!(found.unwrap().value.expose(), value.expose());
    }
    ports.values.remove(&client).await.unwrap();
    assert!(!ports.values.restore(&client).await.unwrap());
}

/// At once: the name is free for another.
pub async fn a_removed_value_is_gone_and_may_come_again(ports: Ports) {
    let (client, (secret, value)) = (client_id("payments"), secret("one"));
    for _ in 0..2 {
        ports
            .values
            .insert(&client, &secret.id, &value)
            .await
            .unwrap();
        ports.values.remove(&client).await.unwrap();
        assert!(
            ports
                .values
                .find(&client, &secret.id)
                .await
                .unwrap()
                .is_none()
        );
    }
}

/// A create may have stopped before its value was kept.
pub async fn removing_nothing_is_no_error(ports: Ports) {
    let client = client_id("nobody");
    ports.values.remove(&client).await.unwrap();
    ports.values.schedule_removal(&client).await.unwrap();
}

async fn current(ports: &Ports, client: &ClientId) -> Option<SecretId> {
    ports.values.find_current(client).await.unwrap()
}

/// Both are found by their names all the while; adding it again is no error.
pub async fn a_further_value_is_not_the_current_one_until_it_is_made_so(ports: Ports) {
    let client = client_id("payments");
    let ((one, first), (two, second)) = (secret("one"), secret("two"));
    let arn = ports.values.insert(&client, &one.id, &first).await.unwrap();
    for _ in 0..2 {
        let added = ports.values.add(&client, &two.id, &second).await.unwrap();
        assert_eq!(added, arn);
        assert_eq!(current(&ports, &client).await.as_ref(), Some(&one.id));
    }
    for (from, to) in [(&one, &two), (&two, &one)] {
        let made = ports.values.make_current(&client, &from.id, &to.id).await;
        assert_eq!(made.unwrap(), WriteOutcome::Written);
        assert_eq!(current(&ports, &client).await.as_ref(), Some(&to.id));
        for (secret, value) in [(&one, &first), (&two, &second)] {
            let found = ports.values.find(&client, &secret.id).await.unwrap();
            assert_eq!(found.unwrap().value.expose(), value.expose());
        }
    }
}

/// Its client may have authenticated otherwise until now.
pub async fn a_further_value_of_a_client_without_one_is_the_current_one(ports: Ports) {
    let (client, (one, value)) = (client_id("payments"), secret("one"));
    ports.values.add(&client, &one.id, &value).await.unwrap();
    assert_eq!(current(&ports, &client).await, Some(one.id));
}

/// Nor once it is on its way out.
pub async fn nothing_is_current_where_nothing_is_kept(ports: Ports) {
    let (client, (one, value)) = (client_id("payments"), secret("one"));
    assert_eq!(current(&ports, &client).await, None);
    ports.values.insert(&client, &one.id, &value).await.unwrap();
    ports.values.schedule_removal(&client).await.unwrap();
    assert_eq!(current(&ports, &client).await, None);
}

/// Of two that replace the same value at once one learns that it came late.
pub async fn only_who_knows_the_current_value_replaces_it(ports: Ports) {
    let client = client_id("payments");
    let (one, two, three) = (secret("one"), secret("two"), secret("three"));
    ports
        .values
        .insert(&client, &one.0.id, &one.1)
        .await
        .unwrap();
    for (further, value) in [&two, &three] {
        ports.values.add(&client, &further.id, value).await.unwrap();
    }
    let replace = async |to: &SecretId| {
        let made = ports.values.make_current(&client, &one.0.id, to).await;
        made.unwrap()
    };
    assert_eq!(replace(&two.0.id).await, WriteOutcome::Written);
    assert_eq!(replace(&three.0.id).await, WriteOutcome::ChangedMeanwhile);
    assert_eq!(current(&ports, &client).await, Some(two.0.id));
}
