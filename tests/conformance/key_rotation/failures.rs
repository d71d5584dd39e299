//! Stores that fail, instances that were frozen and clocks that went back.

use jiff::SignedDuration;
use m2m_core::keys::{PUBLISH_LEAD, RETIREMENT};
use m2m_core::ports::WriteOutcome;
use m2m_local::stand_in::faults::Fault;
use m2m_tests::service;
use m2m_tests::service::TestService;
use m2m_tests::world::{ada, client_of, secret_of};

use super::{beside, in_state, jwks, kid, maintain, remove, rotate, token};

/// An instance whose keys are a moment old, a token of a key that it cannot know yet, and who may ask about it.
async fn with_a_key_of_another_instance() -> (TestService, String) {
    let service = service::start().await;
    service.add_client(client_of(&ada(), "payments")).await;
    let operator = service.manager("operator").await;
    let other = beside(&service).await;
    assert!(other.is_active("payments", &token(&service).await).await);
    for state in ["pending", "active"] {
        let kid = in_state(&service, &operator, state).await.remove(0);
        assert_eq!(remove(&service, &operator, &kid).await.status, 204);
    }
    service.clock.advance(SignedDuration::from_secs(11));
    let token = token(&service).await;
    (other, token)
}

#[tokio::test]
async fn h35_a_key_that_another_instance_just_made_is_read_at_once() {
    let (other, token) = with_a_key_of_another_instance().await;
    assert!(other.is_active("payments", &token).await);
}

#[tokio::test]
async fn h35_of_a_key_that_cannot_be_read_nothing_is_said() {
    let (other, token) = with_a_key_of_another_instance().await;
    other.faults.always("GetSecretValue", Fault::ServerError);
    assert_eq!(other.introspect("payments", &token).await.status, 503);
    other.faults.clear();
    other.clock.advance(SignedDuration::from_secs(10));
    assert!(other.is_active("payments", &token).await);
}

/// Whatever the store does to a change of the keys, there is one that signs, and the change can be repeated.
#[tokio::test]
async fn h48_keys_survive_a_store_that_fails() {
    for (operation, fault) in [
        ("GetSecretValue", Fault::Throttled),
        ("PutSecretValue", Fault::Throttled),
        ("PutSecretValue", Fault::ServerError),
        ("PutSecretValue", Fault::AnswerLost),
        ("UpdateSecretVersionStage", Fault::NotDelivered),
        ("UpdateSecretVersionStage", Fault::AnswerLost),
    ] {
        let service = service::start().await;
        let operator = service.manager("operator").await;
        service.add_client(client_of(&ada(), "payments")).await;
        service.clock.advance(PUBLISH_LEAD);
        token(&service).await;
        // Every attempt of the SDK meets it.
        service.faults.next(3, operation, fault);
        let answer = rotate(&service, &operator).await;
        let (status, _) = answer.refusal();
        assert!(
            [200, 503].contains(&status),
            "{operation} {fault:?}: {status}"
        );
        service.faults.clear();
        token(&service).await;
        let active = in_state(&service, &operator, "active").await;
        assert_eq!(
            active,
            [kid(&token(&service).await)],
            "{operation} {fault:?}"
        );
    }
}

/// Whoever removes a key may die once it is declared dead: the maintenance takes it away.
#[tokio::test]
async fn k03_a_removal_that_was_stopped_half_way_is_finished() {
    let service = service::start().await;
    let operator = service.manager("operator").await;
    service.add_client(client_of(&ada(), "payments")).await;
    let leaked = kid(&token(&service).await);
    service.faults.always("PutSecretValue", Fault::Killed);
    let stopped = remove(&service, &operator, &leaked).await;
    assert_eq!(stopped.status, 503, "{}", stopped.text());
    service.faults.clear();
    let dead = token(&service).await;
    assert_eq!(kid(&dead), leaked);
    assert!(!service.is_active("payments", &dead).await);
    maintain(&service).await;
    let alive = token(&service).await;
    assert_ne!(kid(&alive), leaked);
    assert!(service.is_active("payments", &alive).await);
    assert!(!jwks(&service).await.to_string().contains(&leaked));
}

/// HOSTILE 50, 51: an instance that cannot read the keys goes on with those that it has, for a day.
#[tokio::test]
async fn h50_keys_of_an_instance_that_was_frozen_for_days_are_none() {
    let service = service::start().await;
    service.add_client(client_of(&ada(), "payments")).await;
    token(&service).await;
    let ask = async || service.ask("m2m_payments", &secret_of("payments")).await;
    service.faults.always("GetSecretValue", Fault::ServerError);
    service.clock.advance(SignedDuration::from_hours(23));
    assert_eq!(ask().await.status, 200);
    service.clock.advance(SignedDuration::from_hours(2));
    let answer = ask().await;
    assert_eq!(
        answer.refusal(),
        (503, "temporarily_unavailable".to_owned())
    );
    service.faults.clear();
    assert_eq!(ask().await.status, 200);
}

#[tokio::test]
async fn h50_a_clock_that_went_back_lets_the_keys_be_read_again() {
    let service = service::start().await;
    service.add_client(client_of(&ada(), "payments")).await;
    token(&service).await;
    service.faults.take_calls();
    service.clock.advance(SignedDuration::from_secs(-60));
    token(&service).await;
    assert!(
        service
            .faults
            .take_calls()
            .contains(&"GetSecretValue".to_owned())
    );
}

#[tokio::test]
async fn h35_an_old_copy_of_the_keys_revives_none_whose_time_is_over() {
    let service = service::start().await;
    let operator = service.manager("operator").await;
    service.clock.advance(PUBLISH_LEAD);
    assert_eq!(rotate(&service, &operator).await.status, 200);
    let store = &service.deployment.ports().keys;
    let old = store.find_signing_keys().await.unwrap().unwrap().keys;
    service.clock.advance(RETIREMENT);
    maintain(&service).await;
    let gone = kid(&operator);
    let published = async || jwks(&service).await.to_string();
    assert!(!published().await.contains(&gone));
    let present = store.find_signing_keys().await.unwrap().unwrap().revision;
    let restored = store.replace_signing_keys(&old, &present).await;
    assert_eq!(restored.unwrap(), WriteOutcome::Written);
    service.clock.advance(SignedDuration::from_secs(300));
    assert!(!published().await.contains(&gone));
}
