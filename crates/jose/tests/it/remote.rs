//! Fetching keys, K4 and HOSTILE 21 and 35.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use m2m_jose::{
    COOLDOWN, Document, FetchDocument, FetchFailed, KEEP_LAST_GOOD, KeyNotFound, RemoteKeys,
};
use serde_json::json;
use tokio::sync::Semaphore;
use url::Url;

use crate::support::{Signer, parse};

/// Publishes what it is told and counts who asks.
struct Publisher {
    body: Mutex<Result<String, String>>,
    max_age: Option<Duration>,
    fetches: AtomicUsize,
    gate: Semaphore,
}

impl Publisher {
    fn of(signers: &[&Signer]) -> Arc<Self> {
        Self::kept_for(signers, None)
    }

    fn kept_for(signers: &[&Signer], max_age: Option<Duration>) -> Arc<Self> {
        Arc::new(Self {
            body: Mutex::new(Ok(set(signers))),
            max_age,
            fetches: AtomicUsize::new(0),
            gate: Semaphore::new(Semaphore::MAX_PERMITS),
        })
    }

    fn publish(&self, signers: &[&Signer]) {
        *self.body.lock().unwrap() = Ok(set(signers));
    }

    fn fail(&self) {
        *self.body.lock().unwrap() = Err("no route".to_owned());
    }

    /// `busy` stands for a fetch that was not tried.
    fn failure(&self, reason: String) -> FetchFailed {
        if reason == "busy" {
            FetchFailed::NotTried(reason)
        } else {
            FetchFailed::Failed(reason)
        }
    }

    fn fetches(&self) -> usize {
        self.fetches.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl FetchDocument for Publisher {
    async fn fetch(&self, _: &Url) -> Result<Document, FetchFailed> {
        self.fetches.fetch_add(1, Ordering::Relaxed);
        let _open = self.gate.acquire().await.unwrap();
        let body = self
            .body
            .lock()
            .unwrap()
            .clone()
            .map_err(|reason| self.failure(reason))?;
        let max_age = self.max_age;
        Ok(Document {
            body: body.into_bytes(),
            max_age,
        })
    }
}

fn set(signers: &[&Signer]) -> String {
    let keys: Vec<_> = signers.iter().map(|signer| signer.jwk()).collect();
    json!({"keys": keys}).to_string()
}

fn url() -> Url {
    "https://issuer.example/keys".parse().unwrap()
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_000_000 + seconds).unwrap()
}

/// Whether a token that names the signer's key finds it.
async fn find(keys: &RemoteKeys, signer: &Signer, now: Timestamp) -> Result<(), KeyNotFound> {
    find_kid(keys, signer.key().kid(), now).await
}

async fn find_kid(keys: &RemoteKeys, kid: &str, now: Timestamp) -> Result<(), KeyNotFound> {
    let header = json!({"alg": "ES256", "kid": kid}).to_string();
    let token = Signer::new().token(&header, "{}");
    let parsed = parse(&token).unwrap();
    keys.find(&url(), parsed.header(), now).await.map(drop)
}

#[tokio::test]
async fn k04_a_flood_of_unknown_kids_costs_one_fetch_per_cooldown() {
    let signer = Signer::new();
    let publisher = Publisher::of(&[&signer]);
    let keys = RemoteKeys::new(publisher.clone());
    find(&keys, &signer, at(0)).await.unwrap();
    for second in 0..COOLDOWN.as_secs() {
        for n in 0..20 {
            let unknown = find_kid(&keys, &format!("{second}-{n}"), at(second)).await;
            assert!(matches!(unknown, Err(KeyNotFound::Unknown(_))));
        }
    }
    assert_eq!(publisher.fetches(), 1);
    for n in 0..20 {
        let now = at(COOLDOWN.as_secs());
        assert!(find_kid(&keys, &n.to_string(), now).await.is_err());
        find(&keys, &signer, now).await.unwrap();
    }
    assert_eq!(publisher.fetches(), 2);
}

#[tokio::test]
async fn a_new_key_is_found_after_the_cooldown() {
    let (old, new) = (Signer::new(), Signer::new());
    let publisher = Publisher::of(&[&old]);
    let keys = RemoteKeys::new(publisher.clone());
    find(&keys, &old, at(0)).await.unwrap();
    publisher.publish(&[&old, &new]);
    assert!(find(&keys, &new, at(29)).await.is_err());
    find(&keys, &new, at(30)).await.unwrap();
    assert_eq!(publisher.fetches(), 2);
}

#[tokio::test]
async fn many_who_wait_share_one_fetch() {
    let signer = Arc::new(Signer::new());
    let publisher = Arc::new(Publisher {
        body: Mutex::new(Ok(set(&[&signer]))),
        max_age: None,
        fetches: AtomicUsize::new(0),
        gate: Semaphore::new(0),
    });
    let keys = Arc::new(RemoteKeys::new(publisher.clone()));
    let waiting: Vec<_> = (0..50)
        .map(|_| {
            let (keys, signer) = (keys.clone(), signer.clone());
            tokio::spawn(async move { find(&keys, &signer, at(0)).await })
        })
        .collect();
    while publisher.fetches() == 0 {
        tokio::task::yield_now().await;
    }
    publisher.gate.add_permits(100);
    for one in waiting {
        one.await.unwrap().unwrap();
    }
    assert_eq!(publisher.fetches(), 1);
}

#[tokio::test]
async fn a_fetch_outlives_the_request_that_began_it() {
    let signer = Arc::new(Signer::new());
    let publisher = Arc::new(Publisher {
        body: Mutex::new(Ok(set(&[&signer]))),
        max_age: None,
        fetches: AtomicUsize::new(0),
        gate: Semaphore::new(0),
    });
    let keys = Arc::new(RemoteKeys::new(publisher.clone()));
    let gone = tokio::spawn({
        let (keys, signer) = (keys.clone(), signer.clone());
        async move { find(&keys, &signer, at(0)).await }
    });
    while publisher.fetches() == 0 {
        tokio::task::yield_now().await;
    }
    gone.abort();
    assert!(gone.await.unwrap_err().is_cancelled());
    publisher.gate.add_permits(1);
    find(&keys, &signer, at(1)).await.unwrap();
    assert_eq!(publisher.fetches(), 1);
}

#[tokio::test]
async fn h49_a_failed_fetch_is_remembered_for_the_cooldown() {
    let signer = Signer::new();
    let publisher = Publisher::of(&[&signer]);
    publisher.fail();
    let keys = RemoteKeys::new(publisher.clone());
    for second in 0..30 {
        let failed = find(&keys, &signer, at(second)).await.unwrap_err();
        assert_eq!(
            failed.to_string(),
            "https://issuer.example/keys could not be fetched: no route"
        );
    }
    assert_eq!(publisher.fetches(), 1);
    publisher.publish(&[&signer]);
    find(&keys, &signer, at(30)).await.unwrap();
}

#[tokio::test]
async fn who_was_too_busy_tries_again_soon() {
    let signer = Signer::new();
    let publisher = Publisher::of(&[&signer]);
    *publisher.body.lock().unwrap() = Err("busy".to_owned());
    let keys = RemoteKeys::new(publisher.clone());
    assert!(find(&keys, &signer, at(0)).await.is_err());
    publisher.publish(&[&signer]);
    assert!(find(&keys, &signer, at(0)).await.is_err());
    find(&keys, &signer, at(1)).await.unwrap();
    assert_eq!(publisher.fetches(), 2);
}

#[tokio::test]
async fn keys_that_are_of_use_are_not_forgotten_for_those_that_cannot_be_had() {
    let signer = Signer::new();
    let publisher = Publisher::of(&[&signer]);
    let keys = RemoteKeys::new(publisher.clone());
    find(&keys, &signer, at(0)).await.unwrap();
    publisher.fail();
    let header = json!({"alg": "ES256"}).to_string();
    let token = signer.token(&header, "{}");
    let parsed = parse(&token).unwrap();
    for n in 0..1500 {
        let url = format!("https://hostile.example/{n}").parse().unwrap();
        assert!(keys.find(&url, parsed.header(), at(60)).await.is_err());
    }
    find(&keys, &signer, at(61)).await.unwrap();
    assert_eq!(publisher.fetches(), 1501);
}

#[tokio::test]
async fn the_last_good_keys_are_used_while_fetches_fail_but_not_for_ever() {
    let signer = Signer::new();
    let publisher = Publisher::of(&[&signer]);
    let keys = RemoteKeys::new(publisher.clone());
    find(&keys, &signer, at(0)).await.unwrap();
    publisher.fail();
    let last = KEEP_LAST_GOOD.as_secs() - 1;
    for second in [300, 301, 3600, last] {
        find(&keys, &signer, at(second)).await.unwrap();
    }
    assert_eq!(
        publisher.fetches(),
        4,
        "the cooldown holds for failed ones too"
    );
    assert!(matches!(
        find(&keys, &signer, at(last + 1)).await,
        Err(KeyNotFound::Unavailable(_))
    ));
}

#[tokio::test]
async fn keys_are_kept_as_long_as_their_publisher_says_but_at_most_an_hour() {
    for (max_age, fresh) in [
        (None, 300),
        (Some(60), 60),
        (Some(86_400), 3600),
        (Some(0), 30),
    ] {
        let signer = Signer::new();
        let publisher = Publisher::kept_for(&[&signer], max_age.map(Duration::from_secs));
        let keys = RemoteKeys::new(publisher.clone());
        find(&keys, &signer, at(0)).await.unwrap();
        find(&keys, &signer, at(fresh - 1)).await.unwrap();
        assert_eq!(publisher.fetches(), 1, "{max_age:?}");
        find(&keys, &signer, at(fresh)).await.unwrap();
        assert_eq!(publisher.fetches(), 2, "{max_age:?}");
    }
}

#[tokio::test]
async fn a_key_taken_back_is_gone_at_the_next_fetch() {
    let (old, new) = (Signer::new(), Signer::new());
    let publisher = Publisher::of(&[&old]);
    let keys = RemoteKeys::new(publisher.clone());
    find(&keys, &old, at(0)).await.unwrap();
    publisher.publish(&[&new]);
    assert!(find(&keys, &old, at(300)).await.is_err());
}

#[tokio::test]
async fn a_clock_that_went_back_makes_keys_old() {
    let signer = Signer::new();
    let publisher = Publisher::of(&[&signer]);
    let keys = RemoteKeys::new(publisher.clone());
    find(&keys, &signer, at(0)).await.unwrap();
    let earlier = at(0) - SignedDuration::from_hours(24);
    find(&keys, &signer, earlier).await.unwrap();
    assert_eq!(publisher.fetches(), 2);
}

#[tokio::test]
async fn what_is_no_key_set_is_a_failure() {
    let signer = Signer::new();
    let publisher = Publisher::of(&[&signer]);
    *publisher.body.lock().unwrap() = Ok("<html>".to_owned());
    let keys = RemoteKeys::new(publisher.clone());
    let failed = find(&keys, &signer, at(0)).await.unwrap_err();
    assert!(
        failed.to_string().contains("a key set must be an object"),
        "{failed}"
    );
}

#[tokio::test]
async fn h49_the_number_of_remembered_urls_is_bounded() {
    let signer = Signer::new();
    let publisher = Publisher::of(&[&signer]);
    let keys = RemoteKeys::new(publisher.clone());
    let header = json!({"alg": "ES256"}).to_string();
    let token = signer.token(&header, "{}");
    let parsed = parse(&token).unwrap();
    let nth = |n: i64| -> Url { format!("https://issuer.example/{n}").parse().unwrap() };
    for n in 0..1001 {
        keys.find(
            &nth(n),
            parsed.header(),
            at(0) + SignedDuration::from_millis(n),
        )
        .await
        .unwrap();
    }
    keys.find(&nth(1000), parsed.header(), at(2)).await.unwrap();
    assert_eq!(publisher.fetches(), 1001);
    keys.find(&nth(0), parsed.header(), at(2)).await.unwrap();
    assert_eq!(
        publisher.fetches(),
        1002,
        "the one not used for longest made room"
    );
}
