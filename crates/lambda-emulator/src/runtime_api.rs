//! The Lambda Runtime API.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{Response, StatusCode};
use axum::routing::{get, post};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::{Mutex as AsyncMutex, mpsc, oneshot, watch};
use tokio::task::JoinHandle;

/// What Lambda takes as an answer.
const ANSWER_LIMIT: usize = 6 * 1024 * 1024;

/// Late enough for any test: milliseconds of the year 2100.
const DEADLINE: &str = "4102444800000";

/// What an invocation came to.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The function answered.
    Answer(Value),
    /// The function told Lambda that the invocation failed; API Gateway makes a 500 of its own of that.
    Failed(Value),
}

/// The API of one function. It ends with this value.
#[derive(Debug)]
pub struct RuntimeApi {
    address: SocketAddr,
    events: mpsc::UnboundedSender<Event>,
    shared: Arc<Shared>,
    server: JoinHandle<()>,
}

#[derive(Debug)]
struct Event {
    id: String,
    json: String,
}

#[derive(Debug)]
struct Shared {
    events: AsyncMutex<mpsc::UnboundedReceiver<Event>>,
    waiting: Mutex<Waiting>,
    first_poll: watch::Sender<Option<Instant>>,
}

#[derive(Debug, Default)]
struct Waiting {
    invocations: u64,
    senders: HashMap<String, oneshot::Sender<Outcome>>,
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl RuntimeApi {
    /// Listens on a free port.
    ///
    /// # Errors
    /// There is none.
    pub async fn start() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (events, receiver) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared {
            events: AsyncMutex::new(receiver),
            waiting: Mutex::default(),
            first_poll: watch::Sender::new(None),
        });
        let router = router(Arc::clone(&shared));
        let server = tokio::spawn(async move {
            // It runs until it is aborted; without it every invocation fails, which says enough.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self {
            address,
            events,
            shared,
            server,
        })
    }

    /// What `AWS_LAMBDA_RUNTIME_API` has to say.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// When the function asked for its first event, which ends its initialization. Waits for it.
    pub async fn first_poll(&self) -> Instant {
        let mut polled = self.shared.first_poll.subscribe();
        loop {
            if let Some(at) = *polled.borrow_and_update() {
                return at;
            }
            if polled.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// Hands an event to the function and waits for what comes of it; for ever, if the function has died.
    pub async fn invoke(&self, event: &Value) -> Outcome {
        let (sender, outcome) = oneshot::channel();
        let id = self.shared.waiting().add(sender);
        let event = Event {
            id,
            json: event.to_string(),
        };
        // The receiver lives as long as `self`.
        let _ = self.events.send(event);
        match outcome.await {
            Ok(outcome) => outcome,
            Err(_) => std::future::pending().await,
        }
    }
}

impl Shared {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells whoever invoked; 404 if nobody did.
    fn finish(&self, id: &str, outcome: Outcome) -> StatusCode {
        match self.waiting().senders.remove(id) {
            Some(sender) => {
                // Whoever invoked may have given up.
                let _ = sender.send(outcome);
                StatusCode::ACCEPTED
            }
            None => StatusCode::NOT_FOUND,
        }
    }
}

impl Waiting {
    fn add(&mut self, sender: oneshot::Sender<Outcome>) -> String {
        self.invocations += 1;
        let id = format!("00000000-0000-0000-0000-{:012}", self.invocations);
        self.senders.insert(id.clone(), sender);
        id
    }
}

fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route(
            "/2018-06-01/runtime/invocation/{id}/response",
            post(response),
        )
        .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
        .layer(DefaultBodyLimit::max(ANSWER_LIMIT))
        .with_state(shared)
}

async fn next(State(shared): State<Arc<Shared>>) -> Response<Body> {
    shared.first_poll.send_if_modified(|first| {
        let is_first = first.is_none();
        first.get_or_insert_with(Instant::now);
        is_first
    });
    let event = shared.events.lock().await.recv().await;
    let Some(event) = event else {
        return plain(StatusCode::GONE);
    };
    let answer = Response::builder()
        .header("content-type", "application/json")
        .header("lambda-runtime-aws-request-id", event.id)
        .header("lambda-runtime-deadline-ms", DEADLINE)
        .header(
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:us-east-1:000000000000:function:emulated",
        )
        .header(
            "lambda-runtime-trace-id",
            "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=0",
        )
        .body(Body::from(event.json));
    answer.unwrap_or_else(|_| plain(StatusCode::INTERNAL_SERVER_ERROR))
}

async fn response(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    body: Bytes,
) -> StatusCode {
    match serde_json::from_slice(&body) {
        Ok(answer) => shared.finish(&id, Outcome::Answer(answer)),
        Err(_) => StatusCode::BAD_REQUEST,
    }
}

async fn error(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    body: Bytes,
) -> StatusCode {
    let said = serde_json::from_slice(&body).unwrap_or_default();
    shared.finish(&id, Outcome::Failed(said))
}

fn plain(status: StatusCode) -> Response<Body> {
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = status;
    answer
}
