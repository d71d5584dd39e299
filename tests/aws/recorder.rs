//! Between the functions and the emulator: notes which IAM action each call needs, and who made it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, OnceLock};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use http::request::Parts;
use serde_json::Value;
use tokio::net::TcpListener;

/// The largest call of AWS that there is.
const LARGEST: usize = 16 << 20;

/// The actions that were allowed, by the function that called.
pub(crate) type Actions = BTreeMap<String, BTreeSet<String>>;

/// A proxy that changes nothing; it ends with the runtime.
pub(crate) struct Recorder {
    /// Where functions call AWS.
    pub(crate) endpoint: String,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    emulator: OnceLock<SocketAddr>,
    actions: Mutex<Actions>,
    http: reqwest::Client,
}

impl Recorder {
    /// Listens; what comes before there is an emulator is lost.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::<Seen>::default();
        let app = Router::new()
            .fallback(pass_on)
            .with_state(Arc::clone(&seen));
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { endpoint, seen }
    }

    /// Where calls go from now on.
    pub(crate) fn pass_on_to(&self, emulator: SocketAddr) {
        self.seen.emulator.set(emulator).unwrap();
    }

    /// What was seen so far.
    pub(crate) fn actions(&self) -> Actions {
        self.seen.actions.lock().unwrap().clone()
    }
}

async fn pass_on(State(seen): State<Arc<Seen>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, LARGEST).await.unwrap();
    let actions = actions_of(&parts, &body);
    let emulator = seen.emulator.get().unwrap();
    let answer = seen
        .http
        .request(
            parts.method.clone(),
            format!("http://{emulator}{}", parts.uri),
        )
        // The signature is over the host that the function called.
        .headers(parts.headers.clone())
        .body(body)
        .send()
        .await
        .unwrap();
    let mut response = Response::builder().status(answer.status());
    for (name, value) in answer.headers() {
        if name != http::header::TRANSFER_ENCODING {
            response = response.header(name, value);
        }
    }
    let answer = answer.bytes().await.unwrap();
    // Whatever else went wrong, the call was allowed.
    if !String::from_utf8_lossy(&answer).contains("AccessDenied") {
        let mut known = seen.actions.lock().unwrap();
        known.entry(caller(&parts)).or_default().extend(actions);
    }
    response.body(Body::from(answer)).unwrap()
}

/// The function's name, which the SDK was told to say.
fn caller(parts: &Parts) -> String {
    let agents = parts.headers.get_all(http::header::USER_AGENT).iter();
    let words: Vec<_> = agents.filter_map(|agent| agent.to_str().ok()).collect();
    let mut words = words.iter().flat_map(|agent| agent.split(' '));
    let name = words.find_map(|word| word.strip_prefix("app/"));
    name.unwrap_or("somebody").to_owned()
}

/// What the caller must be allowed: mostly the operation's own name.
fn actions_of(parts: &Parts, body: &[u8]) -> BTreeSet<String> {
    let target = parts.headers.get("x-amz-target").unwrap().to_str().unwrap();
    let (service, operation) = target.split_once('.').unwrap();
    let body: Value = serde_json::from_slice(body).unwrap();
    let service = match service {
        "DynamoDB_20120810" => "dynamodb",
        other => other,
    };
    let names = match operation {
        "TransactWriteItems" => in_transaction(&body),
        "CreateSecret" if body["Tags"].is_array() => vec!["CreateSecret", "TagResource"],
        operation => vec![operation],
    };
    names
        .into_iter()
        .map(|name| format!("{service}:{name}"))
        .collect()
}

/// A transaction needs what its parts need.
fn in_transaction(body: &Value) -> Vec<&'static str> {
    let parts = [
        ("ConditionCheck", "ConditionCheckItem"),
        ("Delete", "DeleteItem"),
        ("Put", "PutItem"),
        ("Update", "UpdateItem"),
    ];
    let items = body["TransactItems"].as_array().unwrap();
    let has = |part: &str| items.iter().any(|item| item.get(part).is_some());
    parts
        .into_iter()
        .filter(|(part, _)| has(part))
        .map(|(_, action)| action)
        .collect()
}
