//! A small server: every request is written down, then answered by the test.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, Response};
use m2m_client::{Api, Config, Credentials};
use m2m_types::client_id::ClientId;
use m2m_types::issuer::Issuer;
use m2m_types::token_request::UnverifiedSecret;

pub(crate) const SECRET: &str = "canary-client-secret";
pub(crate) const ID: &str = "m2m_01jd0000000000000000000000";

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn is_token(&self) -> bool {
        self.target == "/oauth/token"
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }
}

pub(crate) struct Server {
    pub(crate) endpoint: Issuer,
    log: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    /// Serves on a free loopback port; `answer` also learns how many like it came before.
    pub(crate) async fn start<F>(answer: F) -> Self
    where
        F: Fn(&Seen, usize) -> Response<Body> + Send + Sync + 'static,
    {
        let log = Arc::new(Mutex::new(Vec::new()));
        let router = router(log.clone(), Arc::new(answer));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = Issuer::parse(format!("http://{}", listener.local_addr().unwrap())).unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { endpoint, log }
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.log.lock().unwrap().clone()
    }

    pub(crate) fn tokens(&self) -> usize {
        self.seen().iter().filter(|seen| seen.is_token()).count()
    }

    pub(crate) fn calls(&self) -> Vec<Seen> {
        let mut seen = self.seen();
        seen.retain(|seen| !seen.is_token());
        seen
    }

    pub(crate) fn config(&self) -> Config {
        Config::new(self.endpoint.clone(), credentials())
    }

    pub(crate) fn api(&self) -> Api {
        Api::new(&self.config()).unwrap()
    }
}

type Answer = Arc<dyn Fn(&Seen, usize) -> Response<Body> + Send + Sync>;

fn router(log: Arc<Mutex<Vec<Seen>>>, answer: Answer) -> Router {
    Router::new().fallback(move |request: Request| {
        let (log, answer) = (log.clone(), answer.clone());
        async move {
            let (parts, body) = request.into_parts();
            let body = to_bytes(body, 1 << 20).await.unwrap();
            let seen = Seen {
                method: parts.method.to_string(),
                target: parts.uri.to_string(),
                headers: parts.headers,
                body: String::from_utf8(body.to_vec()).unwrap(),
            };
            let before = {
                let mut log = log.lock().unwrap();
                let like = |other: &&Seen| other.is_token() == seen.is_token();
                let before = log.iter().filter(like).count();
                log.push(seen.clone());
                before
            };
            // Others get their turn, so that calls at the same time really meet.
            tokio::task::yield_now().await;
            answer(&seen, before)
        }
    })
}

pub(crate) fn credentials() -> Credentials {
    Credentials::new(id(), UnverifiedSecret::new(SECRET))
}

pub(crate) fn id() -> ClientId {
    ClientId::parse(ID).unwrap()
}

pub(crate) fn answer(status: u16, content_type: &str, body: impl Into<Body>) -> Response<Body> {
    Response::builder()
        .status(status)
        .header("content-type", content_type)
        .body(body.into())
        .unwrap()
}

pub(crate) fn json(status: u16, body: &str) -> Response<Body> {
    answer(status, "application/json", body.to_owned())
}

pub(crate) fn with_header(
    mut response: Response<Body>,
    name: &'static str,
    value: &str,
) -> Response<Body> {
    response.headers_mut().insert(name, value.parse().unwrap());
    response
}

/// A token number `n` of these scopes.
pub(crate) fn token(n: usize, scope: &str) -> Response<Body> {
    json(
        200,
        &format!(
            r#"{{"access_token":"eyJtoken{n}","token_type":"Bearer","expires_in":3600,"scope":"{scope}"}}"#
        ),
    )
}

pub(crate) fn all_scopes(n: usize) -> Response<Body> {
    token(n, "clients:read clients:write clients:reveal")
}

pub(crate) fn problem(status: u16, kind: &str, detail: &str) -> Response<Body> {
    let body = format!(
        r#"{{"type":"https://a.example/problems/{kind}","title":"t","status":{status},
            "detail":"{detail}","correlation_id":"00000000000000000000000000000000"}}"#
    );
    answer(status, "application/problem+json", body)
}

pub(crate) fn oauth_error(status: u16, error: &str) -> Response<Body> {
    json(
        status,
        &format!(r#"{{"error":"{error}","error_description":"said so","correlation_id":"c0"}}"#),
    )
}

/// A client's body as the service shows it.
pub(crate) fn client(name: &str) -> String {
    format!(
        r#"{{"client_id":"{ID}","name":"{name}","description":null,"owner":"local|admin",
        "organization":"local","status":"active","scopes":null,"default_scopes":null,
        "default_audience":"https://api.example","grant_types":["client_credentials"],
        "token_endpoint_auth_method":"client_secret_basic","access_token_ttl_seconds":3600,
        "deletion_protection":false,"tags":{{}},"secret_storage":"secrets_manager",
        "created_at":"2025-01-01T00:00:00Z","updated_at":"2025-01-01T00:00:00Z",
        "last_used_at":null,"restorable_until":null}}"#
    )
}
