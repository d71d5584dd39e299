//! The socket and what hostile clients may do to it.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, Request};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum_server::Handle;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use http::header::{CACHE_CONTROL, CONNECTION, TRANSFER_ENCODING};
use http::{HeaderValue, StatusCode};
use hyper_util::rt::TokioTimer;
use m2m_http::ClientAddress;
use tokio::time::timeout;
use tower::ServiceBuilder;
use tower_http::timeout::RequestBodyDeadlineLayer;
use tracing::error;

use super::ServeError;
use super::client_certificate::{CertificateAcceptor, note_client_certificate};
use super::tls::{self, Prepared};

/// How long a client may take to send its headers.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a client may take to send its body.
const BODY_TIMEOUT: Duration = Duration::from_secs(15);
/// How long a request may take from its headers to its answer; what is left beside the body is the stores'.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(25);
/// After how many seconds another try makes sense when the stores were too slow.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("5");
/// How much a client's headers may take up.
const MAX_HEADER_BYTES: usize = 32 * 1024;
/// How long requests under way may go on after a stop.
const GRACE: Duration = Duration::from_secs(10);

/// A bound socket of this machine alone, with the limits that every server of ours has.
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
    tls: bool,
    prepared: OnceLock<Prepared>,
}

impl Listener {
    /// Binds a loopback address; port 0 takes any free one.
    ///
    /// # Errors
    /// The address is not of this machine alone, or is taken.
    pub fn bind(address: SocketAddr, tls: bool) -> Result<Self, ServeError> {
        if !address.ip().is_loopback() {
            return Err(ServeError::NotLoopback(address));
        }
        let failed = |source| ServeError::Listen { address, source };
        let socket = TcpListener::bind(address).map_err(failed)?;
        socket.set_nonblocking(true).map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        Ok(Self {
            socket,
            address,
            tls,
            prepared: OnceLock::new(),
        })
    }

    /// What it is bound to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Makes the certificate, if TLS is wanted; where its authority's certificate lies.
    pub(super) fn prepare_tls(
        &self,
        data_dir: &Path,
        client_ca: Option<&Path>,
    ) -> Result<Option<PathBuf>, ServeError> {
        if !self.tls {
            return Ok(None);
        }
        let (prepared, ca_file) = tls::prepare(data_dir, client_ca)?;
        self.prepared.get_or_init(|| prepared);
        Ok(Some(ca_file))
    }

    /// Answers with the router until `shutdown`, then finishes what is under way.
    ///
    /// # Errors
    /// The socket broke.
    pub async fn serve(
        self,
        router: Router,
        shutdown: impl Future<Output = ()>,
    ) -> Result<(), ServeError> {
        let app = limited(router);
        let app = app.into_make_service_with_connect_info::<SocketAddr>();
        let handle = Handle::new();
        let mut server = axum_server::from_tcp(self.socket)
            .map_err(ServeError::Serve)?
            .handle(handle.clone())
            // The timeouts below begin with the first bytes; a silent connection sends none.
            .first_request_timeout(HEADER_TIMEOUT);
        server
            .http_builder()
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(HEADER_TIMEOUT)
            .max_buf_size(MAX_HEADER_BYTES);
        server
            .http_builder()
            .http2()
            .timer(TokioTimer::new())
            .max_header_list_size(MAX_HEADER_BYTES as u32);
        let serving = async move {
            match self.prepared.into_inner() {
                Some(Prepared {
                    config,
                    client_chain,
                }) => {
                    let handshake = RustlsAcceptor::new(RustlsConfig::from_config(config));
                    let acceptor = CertificateAcceptor::new(handshake, client_chain);
                    server.acceptor(acceptor).serve(app).await
                }
                None => server.serve(app).await,
            }
        };
        let stopping = async {
            shutdown.await;
            handle.graceful_shutdown(Some(GRACE));
            std::future::pending::<()>().await;
        };
        tokio::select! {
            served = serving => served.map_err(ServeError::Serve),
            () = stopping => Ok(()),
        }
    }
}

/// The router behind what bounds the time of a request.
fn limited(router: Router) -> Router {
    router.layer(
        ServiceBuilder::new()
            .map_request(note_client_address)
            .map_request(note_client_certificate)
            .layer(from_fn(close_after_chunks))
            .layer(from_fn(answer_in_time))
            .layer(RequestBodyDeadlineLayer::new(BODY_TIMEOUT))
            .map_request(|request: http::Request<_>| request.map(Body::new)),
    )
}

/// 503 when there is no answer in time. By then the body has been read or refused: it is the stores that are
/// slow.
async fn answer_in_time(request: Request, next: Next) -> Response {
    let source = request.extensions().get::<ClientAddress>().copied();
    match timeout(REQUEST_TIMEOUT, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            error!(
                status = StatusCode::SERVICE_UNAVAILABLE.as_u16(),
                source = source.map(|source| tracing::field::display(source.0)),
                reason = "the stores gave none within 25 seconds",
                "no answer in time"
            );
            let headers = [
                (http::header::RETRY_AFTER, RETRY_AFTER),
                (CACHE_CONTROL, HeaderValue::from_static("no-store")),
            ];
            (StatusCode::SERVICE_UNAVAILABLE, headers).into_response()
        }
    }
}

/// Nothing is read from a connection after a request with `Transfer-Encoding` (RFC 9112 §6.1): hyper takes away a
/// `Content-Length` that came with it, so here nobody can tell such a request, which another party may have
/// understood to end elsewhere.
async fn close_after_chunks(request: Request, next: Next) -> Response {
    let is_in_chunks = request.headers().contains_key(TRANSFER_ENCODING);
    let mut response = next.run(request).await;
    if is_in_chunks {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(CONNECTION, close);
    }
    response
}

/// The socket's other end, as the handlers want it.
fn note_client_address(mut request: Request) -> Request {
    if let Some(ConnectInfo(address)) = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .copied()
    {
        request.extensions_mut().insert(ClientAddress(address.ip()));
    }
    request
}

#[cfg(test)]
mod tests {
    use axum::routing::post;
    use http::header;
    use tower::ServiceExt;

    use super::*;

    async fn answer(router: Router) -> Response {
        let request = http::Request::post("/").body(Body::empty()).unwrap();
        limited(router).oneshot(request).await.unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn slow_stores_are_not_the_clients_fault() {
        let stuck = post(async || std::future::pending::<StatusCode>().await);
        let answer = answer(Router::new().route("/", stuck)).await;
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(answer.headers()[header::RETRY_AFTER], "5");
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_within_the_time_is_the_routers() {
        let slow = post(async || {
            tokio::time::sleep(REQUEST_TIMEOUT / 2).await;
            StatusCode::NO_CONTENT
        });
        let answer = answer(Router::new().route("/", slow)).await;
        assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    }
}
