//! K2 and K3: keys come and go, and nobody who keeps to the rules notices.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use jiff::{SignedDuration, Timestamp};
use m2m_core::clock::Clock;
use m2m_core::keys::{PUBLISH_LEAD, RETIREMENT};
use m2m_core::ports::WriteOutcome;
use m2m_local::stand_in::faults::Fault;
use m2m_tests::call::Answer;
use m2m_tests::jwt;
use m2m_tests::service::{self, Setup, TestService};
use m2m_tests::world::{ada, client_of, secret_of};
use serde_json::Value;

const MONTH: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Another instance of the same deployment.
async fn beside(service: &TestService) -> TestService {
    let setup = Setup {
        after: Some(service.left()),
        ..Setup::default()
    };
    service::start_with(setup).await
}

async fn maintain(service: &TestService) {
    service.deployment.maintenance().run().await.unwrap();
}

async fn jwks(service: &TestService) -> Value {
    service.get("/.well-known/jwks.json").send().await.json()
}

/// The `kid` of every key in that state, as an operator sees them.
async fn in_state(service: &TestService, operator: &str, state: &str) -> Vec<String> {
    let answer = service
        .get("/v1/signing-keys")
        .bearer(operator)
        .send()
        .await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let keys = answer.json()["items"].as_array().unwrap().clone();
    keys.iter()
        .filter(|key| key["state"] == state)
        .map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

async fn rotate(service: &TestService, operator: &str) -> Answer {
    let call = service.post("/v1/signing-keys/rotate").bearer(operator);
    call.send().await
}

async fn remove(service: &TestService, operator: &str, kid: &str) -> Answer {
    let path = format!("/v1/signing-keys/{kid}");
    let call = service.call(http::Method::DELETE, &path).bearer(operator);
    call.send().await
}

async fn token(service: &TestService) -> String {
    let answer = service.ask("m2m_payments", &secret_of("payments")).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.member("access_token")
}

fn kid(token: &str) -> String {
    jwt::header(token)["kid"].as_str().unwrap().to_owned()
}

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

/// The token, if it has not expired.
async fn in_time(service: &TestService, token: &str) -> Option<String> {
    let answer = service.get("/v1/me").bearer(token).send().await;
    (answer.status == 200).then(|| token.to_owned())
}

#[tokio::test]
async fn k03_a_leaked_key_is_gone_at_once() {
    let service = service::start().await;
    let operator = service.manager("operator").await;
    service.add_client(client_of(&ada(), "payments")).await;
    let forged = token(&service).await;
    let next = in_state(&service, &operator, "pending").await;
    let answer = remove(&service, &operator, &kid(&forged)).await;
    assert_eq!(answer.status, 204, "{}", answer.text());
    let published = jwks(&service).await;
    assert!(jwt::verified(&forged, &published).is_none());
    assert_eq!(published["keys"].as_array().unwrap().len(), 2);
    let instead = token(&service).await;
    assert_eq!([kid(&instead)], next[..]);
    assert!(jwt::verified(&instead, &published).is_some());
    let revocations = &service.deployment.ports().revocations;
    let revoked = revocations.read_all(service.clock.now()).await.unwrap();
    assert!(
        format!("{revoked:?}").contains(&kid(&forged)),
        "who keeps the keys is told"
    );
    // What it signed for the operator is dead, too.
    assert_eq!(in_time(&service, &operator).await, None);
    let operator = service.management_token("manager", "operator").await;
    let again = remove(&service, &operator, &kid(&forged)).await;
    assert_eq!(again.refusal(), (404, "not-found".to_owned()));
}

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

#[tokio::test]
async fn k03_every_published_key_can_be_removed() {
    let service = service::start().await;
    let operator = service.manager("operator").await;
    service.clock.advance(PUBLISH_LEAD);
    assert_eq!(rotate(&service, &operator).await.status, 200);
    for state in ["pending", "retiring"] {
        let operator = service.management_token("manager", "operator").await;
        let kids = in_state(&service, &operator, state).await;
        let answer = remove(&service, &operator, &kids[0]).await;
        assert_eq!(answer.status, 204, "{state}");
        assert!(
            !in_state(&service, &operator, state)
                .await
                .contains(&kids[0])
        );
        assert_eq!(in_state(&service, &operator, "pending").await.len(), 1);
    }
}

#[tokio::test]
async fn k03_only_operators_see_and_change_keys() {
    let service = service::start().await;
    let manager = service.manager("clients:read clients:write").await;
    let some = kid(&manager);
    let answers = [
        service
            .get("/v1/signing-keys")
            .bearer(&manager)
            .send()
            .await,
        rotate(&service, &manager).await,
        remove(&service, &manager, &some).await,
    ];
    for answer in answers {
        assert_eq!(answer.refusal(), (403, "insufficient-scope".to_owned()));
        assert!(
            answer
                .header("www-authenticate")
                .unwrap()
                .contains("scope=\"operator\"")
        );
    }
}

#[tokio::test]
async fn k03_a_list_of_keys_has_nothing_private() {
    let service = service::start().await;
    let operator = service.manager("operator").await;
    let answer = service
        .get("/v1/signing-keys")
        .bearer(&operator)
        .send()
        .await;
    for key in answer.json()["items"].as_array().unwrap() {
        let members: Vec<_> = key.as_object().unwrap().keys().collect();
        assert_eq!(
            members,
            ["alg", "kid", "ready_at", "since", "state", "until"]
        );
    }
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
