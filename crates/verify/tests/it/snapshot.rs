//! The revocation snapshot: when it is read, what is believed, and what happens without it.

use std::time::Duration;

use m2m_types::revocations::Stop;
use m2m_verify::{InvalidToken, Refusal, Unavailable, Verified, Verifier, WhenStale};
use serde_json::{Value, json};

use crate::issuer::{Issuer, Key, NOW, SNAPSHOT, bearer, claims, nothing_stopped, with};

/// The snapshot with other members.
fn snapshot(seq: u64, change: &Value) -> Value {
    let mut claims = nothing_stopped(seq);
    for (name, value) in change.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims
}

/// The client of all tokens here is stopped.
fn stopped(seq: u64) -> Value {
    snapshot(seq, &json!({"clients": {"m2m_payments": 2}}))
}

async fn ask(issuer: &Issuer, verifier: &Verifier) -> Result<Verified, Refusal> {
    bearer(verifier, &issuer.key().token(&claims())).await
}

#[track_caller]
fn assert_stopped(result: Result<Verified, Refusal>, by: Stop) {
    let expected = InvalidToken::Stopped(by);
    assert!(
        matches!(&result, Err(Refusal::Token(why)) if *why == expected),
        "{result:?}"
    );
}

#[track_caller]
fn assert_unavailable(result: Result<Verified, Refusal>) {
    let expected = matches!(&result, Err(Refusal::Unavailable(Unavailable::Snapshot(_))));
    assert!(expected, "{result:?}");
}

#[tokio::test]
async fn a_stop_is_seen_within_ten_seconds() {
    let issuer = Issuer::new();
    let verifier = issuer.verifier();
    ask(&issuer, &verifier).await.unwrap();
    issuer.publish_snapshot(&stopped(2));
    issuer.advance(9);
    ask(&issuer, &verifier).await.unwrap();
    issuer.advance(1);
    assert_stopped(ask(&issuer, &verifier).await, Stop::Client);
}

#[tokio::test]
async fn a_token_signed_after_a_stop_with_what_was_read_before_is_dead() {
    let issuer = Issuer::new();
    let verifier = issuer.verifier();
    issuer.publish_snapshot(&stopped(2));
    // An instance that was frozen in between signs later and carries what it had read.
    issuer.advance(1000);
    let late = with(&json!({"iat": NOW + 1000, "exp": NOW + 4600}));
    let result = bearer(&verifier, &issuer.key().token(&late)).await;
    assert_stopped(result, Stop::Client);
    let mut made_anew = late;
    made_anew["gen"]["client"] = json!(2);
    bearer(&verifier, &issuer.key().token(&made_anew))
        .await
        .unwrap();
}

#[tokio::test]
async fn everything_that_can_be_stopped_stops_a_token() {
    for (change, by) in [
        (json!({"handles": {"AAAAAAAAAAAAAAAA": 2}}), Stop::Owner),
        (
            json!({"handles": {"BBBBBBBBBBBBBBBB": 2}}),
            Stop::Organization,
        ),
        (json!({"jtis": ["0a"]}), Stop::Token),
        (json!({"gen": 1}), Stop::Deployment),
    ] {
        let issuer = Issuer::new();
        issuer.publish_snapshot(&snapshot(2, &change));
        assert_stopped(ask(&issuer, &issuer.verifier()).await, by);
    }
}

#[tokio::test]
async fn k03_a_removed_key_is_refused_although_it_is_published() {
    let issuer = Issuer::new();
    let removed = Key::new("removed");
    issuer.publish_keys(&[issuer.key(), &removed]);
    let verifier = issuer.verifier();
    bearer(&verifier, &removed.token(&claims())).await.unwrap();
    issuer.publish_snapshot(&snapshot(2, &json!({"kids": ["removed"]})));
    issuer.advance(10);
    assert_stopped(
        bearer(&verifier, &removed.token(&claims())).await,
        Stop::Key,
    );
    // Nor does it say what is stopped.
    let header = removed.header("revocations+jwt");
    issuer.publish(SNAPSHOT, removed.sign(&header, &nothing_stopped(3)));
    issuer.advance(61);
    assert_unavailable(ask(&issuer, &verifier).await);
}

#[tokio::test]
async fn many_requests_read_one_snapshot() {
    let issuer = Issuer::new();
    let verifier = issuer.verifier();
    for round in 1..4 {
        let many: Vec<_> = (0..50)
            .map(|_| {
                let (issuer, verifier) = (issuer.clone(), verifier.clone());
                tokio::spawn(async move { ask(&issuer, &verifier).await })
            })
            .collect();
        for held in many {
            held.await.unwrap().unwrap();
        }
        assert_eq!(issuer.fetches(SNAPSHOT), round);
        issuer.advance(10);
    }
}

#[tokio::test]
async fn by_default_everything_is_refused_after_a_minute_without_a_snapshot() {
    let issuer = Issuer::new();
    let verifier = issuer.verifier();
    ask(&issuer, &verifier).await.unwrap();
    issuer.reachable(SNAPSHOT, false);
    issuer.advance(59);
    ask(&issuer, &verifier).await.unwrap();
    issuer.advance(1);
    assert_unavailable(ask(&issuer, &verifier).await);
    issuer.reachable(SNAPSHOT, true);
    issuer.advance(1);
    ask(&issuer, &verifier).await.unwrap();
}

#[tokio::test]
async fn without_any_snapshot_everything_is_refused_at_once() {
    let issuer = Issuer::new();
    issuer.reachable(SNAPSHOT, false);
    assert_unavailable(ask(&issuer, &issuer.verifier()).await);
}

#[tokio::test]
async fn what_happens_without_a_snapshot_is_the_operators_choice() {
    let issuer = Issuer::new();
    let build = |when_stale| issuer.builder().when_stale(when_stale).build().unwrap();
    let patient = build(WhenStale::RefuseAfter(Duration::from_secs(600)));
    let trusting = build(WhenStale::AcceptUntilExpiry);
    ask(&issuer, &patient).await.unwrap();
    issuer.publish_snapshot(&stopped(2));
    issuer.reachable(SNAPSHOT, false);
    issuer.advance(599);
    ask(&issuer, &patient).await.unwrap();
    ask(&issuer, &trusting).await.unwrap();
    issuer.advance(1);
    assert_unavailable(ask(&issuer, &patient).await);
    ask(&issuer, &trusting).await.unwrap();
    // What was stopped as far as it knows stays stopped.
    issuer.reachable(SNAPSHOT, true);
    issuer.advance(1);
    assert_stopped(ask(&issuer, &trusting).await, Stop::Client);
    issuer.reachable(SNAPSHOT, false);
    issuer.advance(1000);
    assert_stopped(ask(&issuer, &trusting).await, Stop::Client);
}

#[tokio::test]
async fn an_unreachable_snapshot_is_tried_once_a_second() {
    let issuer = Issuer::new();
    let verifier = issuer.verifier();
    issuer.reachable(SNAPSHOT, false);
    for _ in 0..100 {
        assert_unavailable(ask(&issuer, &verifier).await);
    }
    assert_eq!(issuer.fetches(SNAPSHOT), 1);
    issuer.advance(1);
    assert_unavailable(ask(&issuer, &verifier).await);
    assert_eq!(issuer.fetches(SNAPSHOT), 2);
}

/// That many requests at the same time.
async fn ask_at_once(
    number: usize,
    issuer: &Issuer,
    verifier: &Verifier,
) -> Vec<Result<Verified, Refusal>> {
    let asked: Vec<_> = (0..number)
        .map(|_| {
            let (issuer, verifier) = (issuer.clone(), verifier.clone());
            tokio::spawn(async move { ask(&issuer, &verifier).await })
        })
        .collect();
    let mut results = Vec::new();
    for result in asked {
        results.push(result.await.unwrap());
    }
    results
}

#[tokio::test]
async fn nobody_queues_for_an_issuer_that_takes_three_seconds_to_fail() {
    let issuer = Issuer::new();
    let verifier = issuer.verifier();
    ask(&issuer, &verifier).await.unwrap();
    issuer.reachable(SNAPSHOT, false);
    issuer.fails_after(3);
    issuer.advance(10);
    // Each round is one try of three seconds, whose end the next second begins at.
    for tries in 1..=10 {
        for held in ask_at_once(50, &issuer, &verifier).await {
            held.unwrap();
        }
        assert_eq!(issuer.fetches(SNAPSHOT), 1 + tries);
        issuer.advance(1);
    }
    // A minute after the snapshot was read nobody gets in, and still nobody queues.
    issuer.advance(10);
    for refused in ask_at_once(50, &issuer, &verifier).await {
        assert_unavailable(refused);
    }
    assert_eq!(issuer.fetches(SNAPSHOT), 12);
}

#[tokio::test]
async fn during_a_try_of_an_issuer_that_fails_the_others_go_on() {
    let issuer = Issuer::new();
    let verifier = issuer.verifier();
    ask(&issuer, &verifier).await.unwrap();
    issuer.reachable(SNAPSHOT, false);
    issuer.advance(10);
    ask(&issuer, &verifier).await.unwrap();
    issuer.advance(1);
    let fetch = issuer.hang();
    let (told, asks) = (issuer.clone(), verifier.clone());
    let stuck = tokio::spawn(async move { ask(&told, &asks).await });
    fetch.has_begun().await;
    ask(&issuer, &verifier).await.unwrap();
    assert!(!stuck.is_finished());
    fetch.end();
    stuck.await.unwrap().unwrap();
}

/// A verifier that holds snapshot 5 is shown this one; it must not take it, and so refuses after a minute.
async fn not_taken(change: &Value) {
    let issuer = Issuer::new();
    issuer.publish_snapshot(&nothing_stopped(5));
    let verifier = issuer.verifier();
    ask(&issuer, &verifier).await.unwrap();
    issuer.publish_snapshot(&snapshot(5, change));
    issuer.advance(61);
    assert_unavailable(ask(&issuer, &verifier).await);
}

#[tokio::test]
async fn a_snapshot_that_does_not_hold_is_not_taken() {
    not_taken(&json!({"seq": 4})).await;
    not_taken(&json!({"iss": "https://evil.example"})).await;
    not_taken(&json!({"iat": NOW + 200})).await;
    not_taken(&json!({"exp": NOW + 1})).await;
    not_taken(&json!({"kids": ["first"]})).await;
    not_taken(&json!({"clients": []})).await;
    not_taken(&json!({"seq": "6"})).await;
}

#[tokio::test]
async fn what_is_no_snapshot_of_the_issuer_is_not_taken() {
    let foreign = Key::new("first");
    let (header, claims) = (foreign.header("revocations+jwt"), nothing_stopped(2));
    let issuer = Issuer::new();
    let own = issuer.key();
    for body in [
        String::new(),
        "{}".to_owned(),
        foreign.sign(&header, &claims),
        own.sign(&own.header("at+jwt"), &claims),
        own.sign(&json!({"alg": "ES256", "typ": "revocations+jwt"}), &claims),
        own.sign(
            &json!({"alg": "none", "typ": "revocations+jwt", "kid": "first"}),
            &claims,
        ),
    ] {
        issuer.publish(SNAPSHOT, body.clone());
        assert_unavailable(ask(&issuer, &issuer.verifier()).await);
    }
}

#[tokio::test]
async fn a_table_that_went_back_is_no_rollback() {
    let issuer = Issuer::new();
    issuer.publish_snapshot(&nothing_stopped(5));
    let verifier = issuer.verifier();
    ask(&issuer, &verifier).await.unwrap();
    issuer.publish_snapshot(&snapshot(2, &json!({"gen": 1})));
    issuer.advance(10);
    assert_stopped(ask(&issuer, &verifier).await, Stop::Deployment);
}

#[tokio::test]
async fn the_time_in_somebodys_cache_counts() {
    let issuer = Issuer::new();
    let verifier = issuer.verifier();
    issuer.in_cache_for(Duration::from_secs(5));
    ask(&issuer, &verifier).await.unwrap();
    issuer.publish_snapshot(&stopped(2));
    issuer.advance(4);
    ask(&issuer, &verifier).await.unwrap();
    issuer.advance(1);
    assert_stopped(ask(&issuer, &verifier).await, Stop::Client);
    // Older than that it says nothing.
    issuer.in_cache_for(Duration::from_secs(10));
    assert_unavailable(ask(&issuer, &issuer.verifier()).await);
}

#[tokio::test]
async fn a_snapshot_that_has_expired_is_read_whole_again() {
    let issuer = Issuer::new();
    issuer.publish_snapshot(&snapshot(1, &json!({"exp": NOW + 100})));
    let verifier = issuer.verifier();
    ask(&issuer, &verifier).await.unwrap();
    issuer.advance(161);
    // The same one again does not hold any more, whatever the ETag says.
    assert_unavailable(ask(&issuer, &verifier).await);
    issuer.publish_snapshot(&nothing_stopped(1));
    issuer.advance(1);
    ask(&issuer, &verifier).await.unwrap();
}

#[tokio::test]
async fn a_clock_that_was_set_back_makes_nothing_fresh() {
    let issuer = Issuer::new();
    let verifier = issuer.verifier();
    issuer.advance(3000);
    ask(&issuer, &verifier).await.unwrap();
    issuer.publish_snapshot(&stopped(2));
    issuer.advance(-2000);
    assert_stopped(ask(&issuer, &verifier).await, Stop::Client);
}
