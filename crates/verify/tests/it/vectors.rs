//! docs/verifier/vectors.json, which verifiers in other languages are held to as well.

use std::time::Duration;

use m2m_types::revocations::Stop;
use m2m_verify::{InvalidToken, Refusal, Unavailable, WhenStale};
use serde::Deserialize;
use serde_json::Value;

use crate::issuer::{AUDIENCE, ISSUER, Issuer, JWKS, NOW, SNAPSHOT, bearer};

#[derive(Deserialize)]
struct Vectors {
    issuer: String,
    audience: String,
    now: i64,
    jwks: Value,
    snapshots: Value,
    snapshot_vectors: Vec<SnapshotVector>,
    token_vectors: Vec<TokenVector>,
}

#[derive(Deserialize)]
struct SnapshotVector {
    name: String,
    held: Option<String>,
    /// A name, or the snapshot itself.
    snapshot: String,
    now: i64,
    expected: String,
}

#[derive(Deserialize)]
struct TokenVector {
    name: String,
    held: Option<String>,
    token: String,
    now: i64,
    expected: String,
}

impl Vectors {
    fn read() -> Self {
        let text = include_str!("../../../../docs/verifier/vectors.json");
        let vectors: Self = serde_json::from_str(text).unwrap();
        let common = (vectors.issuer.as_str(), vectors.audience.as_str());
        assert_eq!((common, vectors.now), ((ISSUER, AUDIENCE), NOW));
        vectors
    }

    fn snapshot(&self, name_or_text: &str) -> String {
        let named = self.snapshots[name_or_text].as_str();
        named.unwrap_or(name_or_text).to_owned()
    }

    /// With the keys of the vectors and, if there is one, a snapshot.
    fn issuer(&self, snapshot: Option<&str>) -> Issuer {
        let issuer = Issuer::new();
        issuer.publish(JWKS, self.jwks.to_string());
        match snapshot {
            Some(snapshot) => issuer.publish(SNAPSHOT, self.snapshot(snapshot)),
            None => issuer.reachable(SNAPSHOT, false),
        }
        issuer
    }

    /// Whether the snapshot is taken by a verifier that holds the other one.
    async fn is_taken(&self, vector: &SnapshotVector) -> bool {
        let offered = Some(vector.snapshot.as_str());
        let issuer = self.issuer(vector.held.as_deref().or(offered));
        // What it holds is so old that it has to ask, and too old to go on without an answer.
        let old = Duration::from_secs(10);
        let builder = issuer.builder().when_stale(WhenStale::RefuseAfter(old));
        let verifier = builder.build().unwrap();
        if vector.held.is_some() {
            issuer.advance(-11);
            verifier.warm_up().await.unwrap();
            issuer.advance(11);
            issuer.publish(SNAPSHOT, self.snapshot(&vector.snapshot));
        }
        issuer.advance(vector.now - NOW);
        verifier.warm_up().await.is_ok()
    }

    async fn verdict(&self, vector: &TokenVector) -> Result<(), Refusal> {
        let issuer = self.issuer(vector.held.as_deref());
        let verifier = issuer
            .builder()
            .leeway(Duration::from_secs(60))
            // The sixtieth second is still within the minute of the vectors.
            .when_stale(WhenStale::RefuseAfter(Duration::from_secs(61)))
            .build()
            .unwrap();
        if vector.held.is_some() {
            verifier.warm_up().await.unwrap();
            issuer.reachable(SNAPSHOT, false);
        }
        issuer.advance(vector.now - NOW);
        bearer(&verifier, &vector.token).await.map(drop)
    }
}

/// Whether it is refused for such a reason. Which of several is found first, and what is malformed, may differ.
fn is_expected(verdict: &Result<(), Refusal>, expected: &str) -> bool {
    let stop = |name: &str| {
        let stops = [
            ("key", Stop::Key),
            ("deployment", Stop::Deployment),
            ("client", Stop::Client),
            ("owner", Stop::Owner),
            ("organization", Stop::Organization),
            ("token", Stop::Token),
        ];
        stops.into_iter().find(|(known, _)| *known == name)
    };
    match (verdict, stop(expected)) {
        (Ok(()), _) => expected == "accepted",
        (Err(Refusal::Token(InvalidToken::Stopped(by))), Some((_, stop))) => *by == stop,
        (Err(Refusal::Token(InvalidToken::Stopped(_))), None) | (Err(_), Some(_)) => false,
        (Err(Refusal::Token(_)), None) => !["accepted", "stale"].contains(&expected),
        (Err(Refusal::Unavailable(Unavailable::Snapshot(_))), None) => expected == "stale",
        (Err(_), None) => false,
    }
}

#[tokio::test]
async fn snapshots_are_taken_and_refused_as_the_vectors_say() {
    let vectors = Vectors::read();
    assert!(vectors.snapshot_vectors.len() > 20);
    for vector in &vectors.snapshot_vectors {
        let is_taken = vectors.is_taken(vector).await;
        assert_eq!(is_taken, vector.expected == "accepted", "{}", vector.name);
    }
}

#[tokio::test]
async fn tokens_are_accepted_and_refused_as_the_vectors_say() {
    let vectors = Vectors::read();
    assert!(vectors.token_vectors.len() > 40);
    for vector in &vectors.token_vectors {
        let verdict = vectors.verdict(vector).await;
        let expected = &vector.expected;
        let (name, expected) = (&vector.name, expected.as_str());
        assert!(is_expected(&verdict, expected), "{name}: {verdict:?}");
    }
}
