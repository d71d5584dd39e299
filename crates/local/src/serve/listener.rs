//! The socket and what hostile clients may do to it.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum_server::Handle;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use http::StatusCode;
use hyper_util::rt::TokioTimer;
use m2m_http::ClientAddress;
use rustls::ServerConfig;
use tower::ServiceBuilder;
use tower_http::timeout::TimeoutLayer;

use super::{ServeError, tls};

/// How long a client may take to send its headers.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a whole request may take.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(15);
/// How much a client's headers may take up.
const MAX_HEADER_BYTES: usize = 32 * 1024;
/// How long requests under way may go on after a stop.
const GRACE: Duration = Duration::from_secs(10);

/// A bound socket of this machine alone, with the limits that every server of ours has.
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
    tls: bool,
    tls_config: OnceLock<Arc<ServerConfig>>,
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
            tls_config: OnceLock::new(),
        })
    }

    /// What it is bound to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Makes the certificate, if TLS is wanted; where its authority's certificate lies.
    pub(super) fn prepare_tls(&self, data_dir: &Path) -> Result<Option<PathBuf>, ServeError> {
        if !self.tls {
            return Ok(None);
        }
        let (config, ca_file) = tls::prepare(data_dir)?;
        self.tls_config.get_or_init(|| config);
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
        let app = router.layer(
            ServiceBuilder::new()
                .layer(TimeoutLayer::with_status_code(
                    StatusCode::REQUEST_TIMEOUT,
                    REQUEST_TIMEOUT,
                ))
                .map_request(note_client_address),
        );
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
            match self.tls_config.into_inner() {
                Some(config) => {
                    let acceptor = RustlsAcceptor::new(RustlsConfig::from_config(config));
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
