//! Somebody else's keys on a loopback port: an outside issuer, or a client that publishes its own.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::dpop::ProofKey;

/// The outside party. It ends with this value.
pub struct Outside {
    /// Its name, the origin that it listens on.
    pub issuer: String,
    /// What it signs with.
    pub key: ProofKey,
    documents: Arc<Documents>,
    server: JoinHandle<()>,
}

#[derive(Default)]
struct Documents {
    metadata: Mutex<Value>,
    keys: Mutex<Value>,
    fetches: AtomicUsize,
}

impl Drop for Outside {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Outside {
    /// Publishes metadata and one key.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let documents = Arc::new(Documents::default());
        let published = Arc::clone(&documents);
        let app = Router::new().fallback(async move |request: Request| published.answer(&request));
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        let outside = Self {
            issuer,
            key: ProofKey::default(),
            documents,
            server,
        };
        outside.call_itself(&outside.issuer);
        outside.publish(&[outside.key.jwk()]);
        outside
    }

    /// From now on the metadata names this issuer.
    pub fn call_itself(&self, issuer: &str) {
        self.describe(json!({"issuer": issuer, "jwks_uri": self.jwks_uri()}));
    }

    /// From now on this is the metadata.
    pub fn describe(&self, metadata: Value) {
        *lock(&self.documents.metadata) = metadata;
    }

    /// From now on these are the keys.
    pub fn publish(&self, keys: &[Value]) {
        *lock(&self.documents.keys) = json!({"keys": keys});
    }

    /// Where the keys are.
    pub fn jwks_uri(&self) -> String {
        format!("{}/keys", self.issuer)
    }

    /// How often anything was fetched.
    pub fn fetches(&self) -> usize {
        self.documents.fetches.load(Ordering::SeqCst)
    }

    /// A token of this issuer.
    pub fn sign(&self, claims: &Value) -> String {
        let header = json!({"alg": "ES256", "typ": "JWT", "kid": self.key.thumbprint()});
        self.key.sign_with(&header, claims)
    }
}

impl Documents {
    fn answer(&self, request: &Request) -> Response {
        self.fetches.fetch_add(1, Ordering::SeqCst);
        let document = match request.uri().path() {
            "/.well-known/openid-configuration" => &self.metadata,
            "/keys" => &self.keys,
            _ => return StatusCode::NOT_FOUND.into_response(),
        };
        lock(document).to_string().into_response()
    }
}

fn lock(document: &Mutex<Value>) -> std::sync::MutexGuard<'_, Value> {
    document.lock().unwrap_or_else(PoisonError::into_inner)
}
