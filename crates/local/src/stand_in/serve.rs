//! The stand-in over HTTP, on a loopback port.

use std::future::Future;
use std::io;
use std::net::IpAddr;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use tokio::net::TcpListener;

use super::StandIn;
use super::answer::Answer;

/// DynamoDB takes 16 MB.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

impl StandIn {
    /// Answers HTTP/1.1 calls on `listener` until `shutdown` resolves and the calls under way are
    /// done. Set `AWS_ENDPOINT_URL` of other programs to its address.
    ///
    /// Signatures are not checked, so the listener must be on a loopback address; and a browser
    /// is refused, so that no web page can reach the stand-in under another name.
    ///
    /// # Errors
    /// When `listener` is not on a loopback address, and when it fails.
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> io::Result<()> {
        let address = listener.local_addr()?;
        if !address.ip().is_loopback() {
            let message = format!("{address} is not a loopback address, and nothing is signed");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        let router = Router::new()
            .fallback(handle)
            .layer(DefaultBodyLimit::max(BODY_LIMIT))
            .with_state(self);
        axum::serve(listener, router)
            .with_graceful_shutdown(shutdown)
            .await
    }
}

async fn handle(State(stand_in): State<StandIn>, headers: HeaderMap, body: Bytes) -> Response {
    if from_a_browser(&headers) {
        return plain(
            StatusCode::FORBIDDEN,
            "The stand-in answers programs on this machine only.",
        );
    }
    let target = text(&headers, "x-amz-target");
    into_response(stand_in.answer(target, &body).await)
}

/// Pages carry `Origin`; a page that had its own name point to this machine keeps it in `Host`.
fn from_a_browser(headers: &HeaderMap) -> bool {
    headers.contains_key(header::ORIGIN) || !is_loopback(text(headers, "host"))
}

fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name
        .trim_start_matches('[')
        .trim_end_matches(']')
        .parse::<IpAddr>();
    name == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

fn into_response(answer: Answer) -> Response {
    let mut response = Response::builder()
        .status(answer.status)
        .header(header::CONTENT_TYPE, answer.content_type);
    if let Some(error_type) = answer.error_type {
        response = response.header("x-amzn-errortype", error_type);
    }
    response.body(Body::from(answer.body)).unwrap_or_else(|_| {
        plain(
            StatusCode::INTERNAL_SERVER_ERROR,
            "The answer was malformed.",
        )
    })
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response
}
