//! An issuer that publishes what a test says.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use m2m_verify::{
    Fetch, FetchError, Fetched, Refusal, RequestContext, Verified, Verifier, VerifierBuilder,
};
use serde_json::{Value, json};
use tokio::sync::Notify;
use url::Url;

pub(crate) const ISSUER: &str = "https://auth.example";
pub(crate) const AUDIENCE: &str = "https://api.example";
pub(crate) const NOW: i64 = 1_767_225_600;

pub(crate) const METADATA: &str = "/.well-known/oauth-authorization-server";
pub(crate) const JWKS: &str = "/.well-known/jwks.json";
pub(crate) const SNAPSHOT: &str = "/.well-known/revocations";

/// A private key of ES256 and its name.
pub(crate) struct Key {
    pair: EcdsaKeyPair,
    pub(crate) kid: String,
}

impl Key {
    pub(crate) fn new(kid: &str) -> Self {
        Self {
            pair: EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap(),
            kid: kid.to_owned(),
        }
    }

    pub(crate) fn jwk(&self) -> Value {
        let point = self.pair.public_key().as_ref();
        json!({
            "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": self.kid,
            "x": encode(&point[1..33]), "y": encode(&point[33..]),
        })
    }

    /// A JWT of any header and claims.
    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        let signed = format!(
            "{}.{}",
            encode(header.to_string().as_bytes()),
            encode(claims.to_string().as_bytes())
        );
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes());
        format!("{signed}.{}", encode(signature.unwrap().as_ref()))
    }

    pub(crate) fn header(&self, typ: &str) -> Value {
        json!({"alg": "ES256", "typ": typ, "kid": self.kid})
    }

    /// An access token.
    pub(crate) fn token(&self, claims: &Value) -> String {
        self.sign(&self.header("at+jwt"), claims)
    }
}

pub(crate) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn sha256(text: &str) -> String {
    encode(digest(&SHA256, text.as_bytes()).as_ref())
}

/// What an access token of ours says.
pub(crate) fn claims() -> Value {
    json!({
        "iss": ISSUER, "sub": "local|ada", "aud": AUDIENCE, "exp": NOW + 3600, "iat": NOW,
        "jti": "0a", "client_id": "m2m_payments", "scope": "orders:read orders:write", "org": "acme",
        "gen": {"client": 1, "owner": 1, "organization": 1, "deployment": 0,
                "owner_handle": "AAAAAAAAAAAAAAAA", "organization_handle": "BBBBBBBBBBBBBBBB"},
    })
}

/// The claims with some that are others; null takes one away.
pub(crate) fn with(change: &Value) -> Value {
    let mut claims = claims();
    for (name, value) in change.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    claims
}

/// A snapshot that stops nothing.
pub(crate) fn nothing_stopped(seq: u64) -> Value {
    json!({
        "iss": ISSUER, "iat": NOW, "exp": NOW + 86_400, "seq": seq, "gen": 0,
        "clients": {}, "handles": {}, "jtis": [], "kids": [],
    })
}

/// The issuer. Clones are the same.
#[derive(Clone)]
pub(crate) struct Issuer(Arc<Published>);

struct Published {
    documents: Mutex<HashMap<&'static str, String>>,
    unreachable: Mutex<HashSet<&'static str>>,
    fetched: Mutex<Vec<String>>,
    in_cache_for: Mutex<Duration>,
    fails_after: Mutex<i64>,
    hanging: Mutex<Option<Arc<Hanging>>>,
    now: Mutex<Timestamp>,
    key: Key,
}

/// A fetch that hangs.
#[derive(Default)]
pub(crate) struct Hanging {
    begun: Notify,
    ended: Notify,
}

impl Hanging {
    pub(crate) async fn has_begun(&self) {
        self.begun.notified().await;
    }

    pub(crate) fn end(&self) {
        self.ended.notify_one();
    }
}

impl Issuer {
    /// With one key, which signed a snapshot that stops nothing.
    pub(crate) fn new() -> Self {
        let issuer = Self(Arc::new(Published {
            documents: Mutex::default(),
            unreachable: Mutex::default(),
            fetched: Mutex::default(),
            in_cache_for: Mutex::default(),
            fails_after: Mutex::default(),
            hanging: Mutex::default(),
            now: Mutex::new(Timestamp::from_second(NOW).unwrap()),
            key: Key::new("first"),
        }));
        let metadata = json!({"issuer": ISSUER, "jwks_uri": format!("{ISSUER}{JWKS}")});
        issuer.publish(METADATA, metadata.to_string());
        issuer.publish_keys(&[issuer.key()]);
        issuer.publish_snapshot(&nothing_stopped(1));
        issuer
    }

    pub(crate) fn key(&self) -> &Key {
        &self.0.key
    }

    pub(crate) fn publish(&self, path: &'static str, body: impl Into<String>) {
        self.0.documents.lock().unwrap().insert(path, body.into());
    }

    pub(crate) fn publish_keys(&self, keys: &[&Key]) {
        let keys: Vec<_> = keys.iter().map(|key| key.jwk()).collect();
        self.publish(JWKS, json!({ "keys": keys }).to_string());
    }

    pub(crate) fn publish_snapshot(&self, claims: &Value) {
        let key = self.key();
        self.publish(SNAPSHOT, key.sign(&key.header("revocations+jwt"), claims));
    }

    /// From now on a path cannot be reached, or again.
    pub(crate) fn reachable(&self, path: &'static str, reachable: bool) {
        let mut unreachable = self.0.unreachable.lock().unwrap();
        if reachable {
            unreachable.remove(path);
        } else {
            unreachable.insert(path);
        }
    }

    /// What cannot be reached takes so many seconds to say so.
    pub(crate) fn fails_after(&self, seconds: i64) {
        *self.0.fails_after.lock().unwrap() = seconds;
    }

    /// The next fetch does not come back before it is told to.
    pub(crate) fn hang(&self) -> Arc<Hanging> {
        let hanging = Arc::new(Hanging::default());
        *self.0.hanging.lock().unwrap() = Some(Arc::clone(&hanging));
        hanging
    }

    /// Answers come from a cache that has had them for so long.
    pub(crate) fn in_cache_for(&self, age: Duration) {
        *self.0.in_cache_for.lock().unwrap() = age;
    }

    /// How often a path was fetched so far.
    pub(crate) fn fetches(&self, path: &str) -> usize {
        let fetched = self.0.fetched.lock().unwrap();
        fetched.iter().filter(|fetched| *fetched == path).count()
    }

    pub(crate) fn advance(&self, seconds: i64) {
        *self.0.now.lock().unwrap() += SignedDuration::from_secs(seconds);
    }

    pub(crate) fn now(&self) -> Timestamp {
        *self.0.now.lock().unwrap()
    }

    pub(crate) fn builder(&self) -> VerifierBuilder {
        let told = self.clone();
        Verifier::builder(ISSUER, AUDIENCE)
            .clock(move || told.now())
            .fetch(self.clone())
    }

    pub(crate) fn verifier(&self) -> Verifier {
        self.builder().build().unwrap()
    }
}

#[async_trait]
impl Fetch for Issuer {
    async fn fetch(&self, url: &Url, etag: Option<&str>) -> Result<Fetched, FetchError> {
        assert_eq!(url.origin().ascii_serialization(), ISSUER, "{url}");
        self.0.fetched.lock().unwrap().push(url.path().to_owned());
        // So that other requests come in between.
        tokio::task::yield_now().await;
        let hanging = self.0.hanging.lock().unwrap().take();
        if let Some(hanging) = hanging {
            hanging.begun.notify_one();
            hanging.ended.notified().await;
        }
        let unreachable = self.0.unreachable.lock().unwrap().contains(url.path());
        let body = self.0.documents.lock().unwrap().get(url.path()).cloned();
        let Some(body) = body.filter(|_| !unreachable) else {
            self.advance(*self.0.fails_after.lock().unwrap());
            return Err(FetchError("nobody is there".to_owned()));
        };
        let current = sha256(&body);
        let is_known = etag == Some(&current);
        Ok(Fetched {
            body: (!is_known).then(|| body.into_bytes()),
            etag: Some(current),
            age: *self.0.in_cache_for.lock().unwrap(),
        })
    }
}

/// What comes of a token that is sent as Bearer.
pub(crate) async fn bearer(verifier: &Verifier, token: &str) -> Result<Verified, Refusal> {
    verifier.verify(token, &RequestContext::bearer()).await
}
