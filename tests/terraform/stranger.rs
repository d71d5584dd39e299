//! Something else that listens where the service should.

use std::sync::mpsc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::Response;
use tokio::sync::oneshot;

/// A server with one answer to everything but token requests; it ends with the value.
pub(crate) struct Stranger {
    _stop: oneshot::Sender<()>,
    thread: Option<std::thread::JoinHandle<()>>,
}

/// An answer: status, media type, body.
pub(crate) type Answer = (u16, &'static str, &'static str);

/// What it gives for a token.
pub(crate) const TOKEN: Answer = (
    200,
    "application/json",
    r#"{"access_token":"x","token_type":"Bearer","expires_in":3600,"scope":"clients:read clients:write"}"#,
);

impl Stranger {
    pub(crate) fn listen(address: &str, token: Answer, other: Answer) -> Self {
        let (stop, stopped) = oneshot::channel::<()>();
        let (ready, is_ready) = mpsc::channel();
        let listener = std::net::TcpListener::bind(address).unwrap();
        listener.set_nonblocking(true).unwrap();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            runtime.unwrap().block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                ready.send(()).unwrap();
                tokio::select! {
                    served = axum::serve(listener, router(token, other)) => served.unwrap(),
                    _ = stopped => {}
                }
            });
        });
        is_ready.recv().unwrap();
        Self {
            _stop: stop,
            thread: Some(thread),
        }
    }

    /// Frees the port.
    pub(crate) fn stop(mut self) {
        let (nothing, _) = oneshot::channel();
        self._stop = nothing;
        self.thread.take().unwrap().join().unwrap();
    }
}

fn router(token: Answer, other: Answer) -> Router {
    Router::new().fallback(move |request: Request| async move {
        let is_token = request.uri().path() == "/oauth/token";
        let (status, content_type, body) = if is_token { token } else { other };
        Response::builder()
            .status(status)
            .header("content-type", content_type)
            .body(Body::from(body))
            .unwrap()
    })
}
