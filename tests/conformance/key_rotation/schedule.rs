//! K2: a key is published before it signs and after its last token.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use m2m_core::clock::Clock;
use m2m_core::keys::{PUBLISH_LEAD, RETIREMENT};
use m2m_tests::service::TestService;
use m2m_tests::world::{ada, client_of};
use m2m_tests::{jwt, service};
use serde_json::Value;

use super::{beside, in_state, in_time, jwks, kid, maintain, rotate, token};

const MONTH: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A resource server that keeps the published keys for exactly as long as it may.
struct Verifier {
    keys: Mutex<Option<(Timestamp, Value)>>,
}

impl Verifier {
    fn new() -> Self {
        Self {
            keys: Mutex::new(None),
        }
    }

    async fn verifies(&self, service: &TestService, token: &str) -> bool {
        let now = service.clock.now();
        let kept = self.keys.lock().unwrap().clone();
        let kept = kept.filter(|(at, _)| now.duration_since(*at) < SignedDuration::from_secs(300));
        let (_, keys) = match kept {
            Some(kept) => kept,
            None => (now, jwks(service).await),
        };
        let verified = jwt::verified(token, &keys).is_some();
        let mut known = self.keys.lock().unwrap();
        if known.as_ref().is_none_or(|(at, _)| *at < now) {
            *known = Some((now, keys));
        }
        verified
    }
}

/// Asks and verifies again and again until it is told to stop.
async fn ask_and_verify(
    services: [Arc<TestService>; 2],
    stop: Arc<AtomicBool>,
    tokens: Arc<AtomicUsize>,
) {
    let verifier = Verifier::new();
    let mut turn = 0;
    while !stop.load(Ordering::Relaxed) {
        let (asked, publishes) = (&services[turn % 2], &services[(turn / 2) % 2]);
        let token = token(asked).await;
        assert!(
            verifier.verifies(publishes, &token).await,
            "a token that a verifier cannot check"
        );
        tokens.fetch_add(1, Ordering::Relaxed);
        turn += 1;
    }
}

/// Two instances under load, a verifier beside each client, and a key whose time comes meanwhile.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn k02_no_request_fails_during_a_rotation() {
    let first = Arc::new(service::start().await);
    first.add_client(client_of(&ada(), "payments")).await;
    let second = Arc::new(beside(&first).await);
    let before = kid(&token(&first).await);
    first.clock.advance(MONTH - SignedDuration::from_mins(10));

    let stop = Arc::new(AtomicBool::new(false));
    let tokens = Arc::new(AtomicUsize::new(0));
    let clients: Vec<_> = (0..6)
        .map(|_| {
            let services = [Arc::clone(&first), Arc::clone(&second)];
            tokio::spawn(ask_and_verify(
                services,
                Arc::clone(&stop),
                Arc::clone(&tokens),
            ))
        })
        .collect();
    for minute in 0..25 {
        maintain(if minute % 2 == 0 { &first } else { &second }).await;
        let seen = tokens.load(Ordering::Relaxed);
        while tokens.load(Ordering::Relaxed) < seen + 12 {
            assert!(clients.iter().all(|client| !client.is_finished()));
            tokio::task::yield_now().await;
        }
        first.clock.advance(SignedDuration::from_mins(1));
    }
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        client.await.unwrap();
    }
    for service in [&first, &second] {
        assert_ne!(kid(&token(service).await), before);
    }
}

#[tokio::test]
async fn k02_a_key_signs_only_when_every_verifier_can_have_it() {
    let service = service::start().await;
    let operator = service.manager("operator").await;
    let next = in_state(&service, &operator, "pending").await;
    service
        .clock
        .advance(PUBLISH_LEAD - SignedDuration::from_secs(1));
    let early = rotate(&service, &operator).await;
    assert_eq!(early.refusal(), (409, "signing-key-too-new".to_owned()));
    assert_eq!(early.header("retry-after"), Some("1"));
    service.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(rotate(&service, &operator).await.status, 200);
    assert_eq!(in_state(&service, &operator, "active").await, next);
    // There is another to come, and it has to wait as long.
    assert_eq!(in_state(&service, &operator, "pending").await.len(), 1);
    let again = rotate(&service, &operator).await;
    assert_eq!(again.refusal(), (409, "signing-key-too-new".to_owned()));
}

#[tokio::test]
async fn k02_a_key_is_published_until_nothing_that_it_signed_lives() {
    let service = service::start().await;
    let operator = service.manager("operator").await;
    service.add_client(client_of(&ada(), "payments")).await;
    service.clock.advance(PUBLISH_LEAD);
    let last = token(&service).await;
    assert_eq!(rotate(&service, &operator).await.status, 200);
    let retired = in_state(&service, &operator, "retiring").await;
    assert_eq!(retired, [kid(&last)]);
    service
        .clock
        .advance(RETIREMENT - SignedDuration::from_secs(1));
    maintain(&service).await;
    assert!(jwt::verified(&last, &jwks(&service).await).is_some());
    // Whether or not somebody cleans up.
    service.clock.advance(SignedDuration::from_secs(301));
    assert!(jwt::verified(&last, &jwks(&service).await).is_none());
    maintain(&service).await;
    let keys = service.deployment.ports().keys.find_signing_keys().await;
    assert_eq!(keys.unwrap().unwrap().keys.len(), 2);
}

#[tokio::test]
async fn k02_other_instances_go_on_with_the_new_key_within_five_minutes() {
    let service = service::start().await;
    let operator = service.manager("operator").await;
    service.add_client(client_of(&ada(), "payments")).await;
    let other = beside(&service).await;
    service.clock.advance(PUBLISH_LEAD);
    let before = kid(&token(&other).await);
    assert_eq!(rotate(&service, &operator).await.status, 200);
    assert_ne!(kid(&token(&service).await), before, "who changed it knows");
    assert_eq!(kid(&token(&other).await), before);
    service.clock.advance(SignedDuration::from_secs(300));
    assert_ne!(kid(&token(&other).await), before);
}

#[tokio::test]
async fn k02_two_who_maintain_at_once_rotate_once() {
    let service = service::start().await;
    let other = beside(&service).await;
    let operator = service.manager("operator").await;
    service.clock.advance(MONTH);
    tokio::join!(maintain(&service), maintain(&other));
    let operator = match in_time(&service, &operator).await {
        Some(operator) => operator,
        None => service.management_token("manager", "operator").await,
    };
    for (state, count) in [("active", 1), ("pending", 1), ("retiring", 1)] {
        assert_eq!(in_state(&service, &operator, state).await.len(), count);
    }
}
