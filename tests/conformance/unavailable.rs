//! T16: too many failures, and stores that do not answer.

use m2m_local::stand_in::faults::Fault;
use m2m_tests::service;
use m2m_tests::world::{ada, client_of};

use crate::support::{ID, assert_refused, secret, with_payments};

/// Far more failures than anybody has by mistake.
const MANY: usize = 40;

#[tokio::test]
async fn t16_too_many_failures_are_429_with_retry_after() {
    let service = with_payments().await;
    let mut statuses = Vec::new();
    for _ in 0..MANY {
        let answer = service.ask(ID, "wrong").await;
        if answer.status == 429 {
            assert_refused(&answer, 429, "temporarily_unavailable");
            let wait: u64 = answer.header("retry-after").unwrap().parse().unwrap();
            assert!((1..=60).contains(&wait), "{wait}");
        }
        statuses.push(answer.status);
    }
    assert_eq!(statuses[0], 401);
    assert_eq!(statuses[MANY - 1], 429);
    statuses.dedup();
    assert_eq!(statuses, [401, 429], "once throttled, always throttled");
}

#[tokio::test]
async fn t16_nobody_can_lock_a_client_out() {
    let service = with_payments().await;
    for _ in 0..MANY {
        service.ask(ID, "wrong").await;
    }
    assert_eq!(service.ask(ID, &secret()).await.status, 200);
    // Another client of the same source has a budget of its own.
    assert_eq!(service.ask("m2m_other", "wrong").await.status, 401);
}

#[tokio::test]
async fn t16_a_store_that_fails_is_503_and_never_a_token() {
    for fault in [
        Fault::ThroughputExceeded,
        Fault::Throttled,
        Fault::AccessDenied,
        Fault::ServerError,
        Fault::NotDelivered,
        Fault::AnswerLost,
    ] {
        let service = with_payments().await;
        service.faults.always("BatchGetItem", fault);
        let answer = service.ask(ID, &secret()).await;
        assert_refused(&answer, 503, "temporarily_unavailable");
        assert_eq!(answer.header("retry-after"), Some("1"), "{fault:?}");
        service.faults.clear();
        assert_eq!(service.ask(ID, &secret()).await.status, 200, "{fault:?}");
    }
}

#[tokio::test]
async fn t16_a_store_that_fails_after_the_first_read_is_503_too() {
    let service = with_payments().await;
    service.faults.on_nth(1, "*", Fault::AnswerLost);
    assert_eq!(
        service.ask(ID, &secret()).await.status,
        200,
        "one lost answer is retried"
    );

    let service = with_payments().await;
    // The client is found, who stands behind it is not.
    for attempt in 2..=4 {
        service
            .faults
            .on_nth(attempt, "BatchGetItem", Fault::ServerError);
    }
    let answer = service.ask(ID, &secret()).await;
    assert_refused(&answer, 503, "temporarily_unavailable");
}

#[tokio::test]
async fn t16_without_keys_there_is_no_token() {
    let service = with_payments().await;
    service.faults.always("GetSecretValue", Fault::ServerError);
    let answer = service.ask(ID, &secret()).await;
    assert_refused(&answer, 503, "temporarily_unavailable");
    assert_eq!(service.get("/healthz").send().await.status, 503);
    let answer = service.get("/.well-known/jwks.json").send().await;
    assert_eq!(answer.refusal(), (503, "unavailable".to_owned()));
    assert_eq!(answer.header("retry-after"), Some("1"));
    service.faults.clear();
    assert_eq!(service.ask(ID, &secret()).await.status, 200);
    assert_eq!(service.get("/healthz").send().await.status, 200);
}

#[tokio::test]
async fn t16_the_last_good_keys_sign_on_when_they_cannot_be_read_again() {
    let service = with_payments().await;
    assert_eq!(service.ask(ID, &secret()).await.status, 200);
    service.faults.always("GetSecretValue", Fault::ServerError);
    service.clock.advance(jiff::SignedDuration::from_hours(1));
    assert_eq!(service.ask(ID, &secret()).await.status, 200);
}

#[tokio::test]
async fn t16_a_use_that_cannot_be_noted_refuses_no_token() {
    let service = service::start().await;
    service.add_client(client_of(&ada(), "payments")).await;
    service.faults.always("UpdateItem", Fault::ServerError);
    assert_eq!(service.ask(ID, &secret()).await.status, 200);
}
