//! The stores that the functions reach over HTTP, with what may be wrong with them.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use m2m_aws::config::StoresConfig;
use m2m_tests::service::{self, TestService};
use m2m_tests::world::{DEFAULT_AUDIENCE, ada, client_of};
use tokio::net::TcpListener;
use tokio::sync::Barrier;
use tokio::task::JoinHandle;

/// The table that is there.
const TABLE: &str = "m2m-test";
/// What the names of the secrets start with.
const SECRET_PREFIX: &str = "m2m/test";

/// A service in this process, its stores on a loopback port, and the client `payments` in them.
pub(crate) struct Stores {
    /// The service in this process, whose answers are what the functions' are compared with.
    pub(crate) service: TestService,
    address: SocketAddr,
    gate: Arc<Gate>,
    servers: Vec<JoinHandle<()>>,
}

/// What stands between a function and the stores.
struct Gate {
    stores: SocketAddr,
    http: reqwest::Client,
    denied: Mutex<HashSet<String>>,
    /// Reads of clients wait here for each other.
    together: Mutex<Option<Arc<Barrier>>>,
}

impl Drop for Stores {
    fn drop(&mut self) {
        for server in &self.servers {
            server.abort();
        }
    }
}

impl Stores {
    /// Stores that answer.
    pub(crate) async fn start() -> Self {
        let mut stores = Self::prepare(free_address().await).await;
        stores.open().await;
        stores
    }

    /// Stores that are not there before [`Stores::open`].
    pub(crate) async fn prepare(address: SocketAddr) -> Self {
        let service = service::start().await;
        service.add_client(client_of(&ada(), "payments")).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let gate = Gate {
            stores: listener.local_addr().unwrap(),
            http: service::client(),
            denied: Mutex::default(),
            together: Mutex::default(),
        };
        let stand_in = service.stand_in.clone();
        let server = tokio::spawn(async move {
            let served = stand_in.serve(listener, std::future::pending()).await;
            served.unwrap();
        });
        Self {
            service,
            address,
            gate: Arc::new(gate),
            servers: vec![server],
        }
    }

    /// From now on they answer.
    pub(crate) async fn open(&mut self) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        let gate = Arc::clone(&self.gate);
        let router = Router::new().fallback(pass).with_state(gate);
        self.servers.push(tokio::spawn(async move {
            axum::serve(listener, router).await.unwrap();
        }));
    }

    /// From now on that operation is denied, or no longer.
    pub(crate) fn deny(&self, operation: &str, denied: bool) {
        let mut all = self.gate.denied();
        if denied {
            all.insert(operation.to_owned());
        } else {
            all.remove(operation);
        }
    }

    /// From now on a read of a client is answered when so many wait for one.
    pub(crate) fn answer_reads_together(&self, count: usize) {
        let mut together = self
            .gate
            .together
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *together = Some(Arc::new(Barrier::new(count)));
    }

    /// What is there, as the adapters are told of it.
    pub(crate) fn config(&self) -> StoresConfig {
        StoresConfig {
            table: TABLE.to_owned(),
            secret_prefix: SECRET_PREFIX.to_owned(),
            secret_kms_key: None,
        }
    }

    /// What a function has to be told.
    pub(crate) fn environment(&self) -> Vec<(&'static str, String)> {
        vec![
            ("AWS_ENDPOINT_URL", format!("http://{}", self.address)),
            ("M2M_ISSUER", self.service.issuer.to_string()),
            ("M2M_TABLE", TABLE.to_owned()),
            ("M2M_SECRET_PREFIX", SECRET_PREFIX.to_owned()),
            ("M2M_AUDIENCE", DEFAULT_AUDIENCE.to_owned()),
        ]
    }
}

impl Gate {
    fn denied(&self) -> MutexGuard<'_, HashSet<String>> {
        self.denied.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn together(&self) -> Option<Arc<Barrier>> {
        let together = self.together.lock().unwrap_or_else(PoisonError::into_inner);
        together.clone()
    }
}

/// An address where nobody listens.
pub(crate) async fn free_address() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap()
}

async fn pass(State(gate): State<Arc<Gate>>, mut headers: HeaderMap, body: Bytes) -> Response {
    let target = headers
        .get("x-amz-target")
        .and_then(|target| target.to_str().ok())
        .unwrap_or_default();
    let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
    if gate.denied().contains(&operation) {
        return answer(
            StatusCode::BAD_REQUEST,
            r#"{"__type":"AccessDeniedException","Message":"not allowed"}"#,
        );
    }
    if operation == "BatchGetItem"
        && let Some(together) = gate.together()
    {
        together.wait().await;
    }
    headers.remove("host");
    let call = gate.http.post(format!("http://{}", gate.stores));
    let passed = call.headers(headers).body(body).send().await.unwrap();
    let mut response = Response::builder().status(passed.status());
    *response.headers_mut().unwrap() = passed.headers().clone();
    response
        .body(Body::from(passed.bytes().await.unwrap()))
        .unwrap()
}

fn answer(status: StatusCode, json: &'static str) -> Response {
    Response::builder()
        .status(status)
        .header("content-type", "application/x-amz-json-1.0")
        .body(Body::from(json))
        .unwrap()
}
