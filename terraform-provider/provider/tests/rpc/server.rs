//! A service that answers as a test says, and a provider that calls it.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::Response;
use m2m_types::client_secret::ClientSecret;
use provider_m2m::M2mProvider;
use serde_json::{Value as Json, json};
use tfplugin::Value;
use tfplugin::testing::{Harness, object};

pub(crate) const TYPE: &str = "m2m_oauth_client";
pub(crate) const ID: &str = "m2m_01jd0000000000000000000000";
pub(crate) const FIRST_SECRET: &str = "00000000-0000-0000-0000-000000000001";
/// Where the values of all secrets are.
pub(crate) const ARN: &str =
    "arn:aws:secretsmanager:eu-west-1:000000000000:secret:m2m/client-a1b2c3";
pub(crate) const SECOND_SECRET: &str = "00000000-0000-0000-0000-000000000002";

/// A request: `"POST /v1/clients"` and what it carried.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) call: String,
    pub(crate) idempotency_key: String,
    pub(crate) body: Json,
}

/// A status and a JSON body.
pub(crate) type Answer = (u16, Json);

/// A provider that is configured for a scripted service.
pub(crate) struct World {
    pub(crate) provider: Harness,
    log: Arc<Mutex<Vec<Seen>>>,
}

impl World {
    /// `answer` decides by the request and how many like it came before; `None` is the usual
    /// answer.
    pub(crate) async fn new<F>(answer: F) -> Self
    where
        F: Fn(&Seen, usize) -> Option<Answer> + Send + Sync + 'static,
    {
        let log = Arc::new(Mutex::new(Vec::new()));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let router = router(log.clone(), endpoint.clone(), Arc::new(answer));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let mut provider = Harness::new(M2mProvider::default());
        let config = object([
            ("endpoint", Value::from(endpoint)),
            ("client_id", "m2m_terraform".into()),
            ("client_secret", "canary".into()),
        ]);
        assert_eq!(provider.configure(&config).await, [""; 0]);
        Self { provider, log }
    }

    /// The calls so far, without those for tokens.
    pub(crate) fn calls(&self) -> Vec<Seen> {
        let mut calls = self.log.lock().unwrap().clone();
        calls.retain(|seen| seen.call != "POST /oauth/token");
        calls
    }

    /// How often this was called.
    pub(crate) fn count(&self, call: &str) -> usize {
        self.calls().iter().filter(|seen| seen.call == call).count()
    }
}

type Script = Arc<dyn Fn(&Seen, usize) -> Option<Answer> + Send + Sync>;

fn router(log: Arc<Mutex<Vec<Seen>>>, issuer: String, script: Script) -> Router {
    Router::new().fallback(move |request: Request| {
        let (log, issuer, script) = (log.clone(), issuer.clone(), script.clone());
        async move {
            let (parts, body) = request.into_parts();
            let body = to_bytes(body, 1 << 20).await.unwrap();
            let key = parts.headers.get("idempotency-key");
            let seen = Seen {
                call: format!("{} {}", parts.method, parts.uri.path()),
                idempotency_key: key.map_or("", |key| key.to_str().unwrap()).to_owned(),
                body: serde_json::from_slice(&body).unwrap_or_default(),
            };
            let before = {
                let mut log = log.lock().unwrap();
                let before = log.iter().filter(|other| other.call == seen.call).count();
                log.push(seen.clone());
                before
            };
            respond(script(&seen, before).unwrap_or_else(|| usual(&seen, &issuer)))
        }
    })
}

fn respond((status, body): Answer) -> Response<Body> {
    let content_type = match status {
        400.. => "application/problem+json",
        _ => "application/json",
    };
    Response::builder()
        .status(status)
        .header("content-type", content_type)
        .body(Body::from(body.to_string()))
        .unwrap()
}

/// One client, `billing`, with one secret.
fn usual(seen: &Seen, issuer: &str) -> Answer {
    let client = format!("/v1/clients/{ID}");
    let path = seen.call.split_once(' ').unwrap().1;
    match seen.call.as_str() {
        "POST /oauth/token" => (
            200,
            json!({"access_token": "t", "token_type": "Bearer", "expires_in": 3600,
                   "scope": "clients:read clients:write clients:reveal"}),
        ),
        "GET /v1/me" => (
            200,
            json!({"issuer": issuer, "client_id": "m2m_terraform", "owner": "local|admin",
                   "organization": "local", "permissions": [], "scopes": []}),
        ),
        "GET /v1/clients" => (200, json!({"items": [], "next_cursor": null})),
        "POST /v1/clients" => (201, created()),
        _ if path == client && seen.call.starts_with("DELETE") => (204, Json::Null),
        _ if path == client => (200, client_named("billing")),
        _ if path == format!("{client}/secrets") => (200, secrets(&[FIRST_SECRET])),
        _ if path.ends_with("/value") => (
            200,
            json!({"secret_id": FIRST_SECRET, "client_secret": secret().expose()}),
        ),
        _ => problem(404, "no-such-path"),
    }
}

pub(crate) fn secret() -> ClientSecret {
    ClientSecret::from_random_bytes(&[7; 32])
}

pub(crate) fn client_named(name: &str) -> Json {
    json!({
        "client_id": ID, "name": name, "description": null, "owner": "local|admin",
        "organization": "local", "status": "active", "scopes": null, "default_scopes": null,
        "default_audience": "urn:orders", "grant_types": ["client_credentials"],
        "token_endpoint_auth_method": "client_secret_basic", "access_token_ttl_seconds": 3600,
        "deletion_protection": false, "tags": {}, "secret_storage": "secrets_manager",
        "created_at": "2025-01-01T00:00:00Z", "updated_at": "2025-01-01T00:00:00Z",
        "last_used_at": null, "restorable_until": null,
    })
}

pub(crate) fn created() -> Json {
    let mut created = client_named("billing");
    created["client_secret"] = secret().expose().into();
    created["client_secret_id"] = FIRST_SECRET.into();
    created["client_secret_expires_at"] = 0.into();
    created
}

pub(crate) fn secrets(ids: &[&str]) -> Json {
    let secret = |id: &&str| {
        json!({"secret_id": id, "hint": "wxyz", "created_at": "2025-01-01T00:00:00Z",
               "expires_at": null, "last_used_at": null, "secret_arn": ARN})
    };
    json!({"items": ids.iter().map(secret).collect::<Vec<_>>(), "next_cursor": null})
}

pub(crate) fn problem(status: u16, kind: &str) -> Answer {
    let body = json!({
        "type": format!("https://a.example/problems/{kind}"), "title": "t", "status": status,
        "detail": "the service said so", "correlation_id": "0".repeat(32),
    });
    (status, body)
}

/// A configuration of one client.
pub(crate) fn billing(exposed: bool) -> Value {
    object([
        ("name", Value::from("billing")),
        ("expose_secret_in_state", exposed.into()),
    ])
}

/// No errors and no warnings.
#[track_caller]
pub(crate) fn quiet(messages: &[String]) {
    assert_eq!(messages, [""; 0]);
}

/// One message that says all of this.
#[track_caller]
pub(crate) fn says(messages: &[String], texts: &[&str]) {
    assert_eq!(messages.len(), 1, "{messages:?}");
    for text in texts {
        assert!(
            messages[0].contains(text),
            "{text:?} is not in {}",
            messages[0]
        );
    }
}
