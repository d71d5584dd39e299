//! A router behind the Lambda runtime.
//!
//! Everything that the functions share and that is neither HTTP of ours nor AWS stores of ours: the log's
//! form, who called according to the gateway, and turning a router's answer into the runtime's.

use std::convert::Infallible;
use std::net::IpAddr;

use axum::Router;
use http_body_util::BodyExt;
use lambda_http::request::RequestContext;
use lambda_http::{Body, Error, Request, RequestExt, Response, service_fn};
use m2m_http::ClientAddress;
use tower::ServiceExt;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// `M2M_LOG` is no level.
#[derive(Debug, thiserror::Error)]
#[error("M2M_LOG must be off, error, warn, info, debug or trace")]
pub struct InvalidLogLevel;

/// Writes the log as JSON lines: what this service's own crates say at the level that `M2M_LOG` names, `info`
/// by default; what others say at `info` at most, since below it the AWS SDK writes down whole requests and
/// answers, secrets included.
///
/// # Errors
/// `M2M_LOG` is no level.
pub fn log_as_json() -> Result<(), InvalidLogLevel> {
    let level = level(std::env::var("M2M_LOG").ok())?;
    let filter = Targets::new()
        .with_default(level.min(LevelFilter::INFO))
        .with_target("m2m_", level);
    let lines = tracing_subscriber::fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_target(false)
        .without_time()
        .with_ansi(false);
    tracing_subscriber::registry()
        .with(lines.with_filter(filter))
        .init();
    Ok(())
}

fn level(said: Option<String>) -> Result<LevelFilter, InvalidLogLevel> {
    match said.as_deref() {
        None | Some("") => Ok(LevelFilter::INFO),
        Some(level) => level.parse().map_err(|_| InvalidLogLevel),
    }
}

/// Answers events until the runtime stops; several at once where the runtime allows it.
///
/// # Errors
/// The runtime API broke.
pub async fn serve(router: Router) -> Result<(), Error> {
    lambda_http::run_concurrent(service_fn(move |request| answer(router.clone(), request))).await
}

async fn answer(router: Router, mut request: Request) -> Result<Response<Body>, Infallible> {
    if let Some(address) = client_address(&request) {
        request.extensions_mut().insert(ClientAddress(address));
    }
    let response = match router.oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    let (parts, body) = response.into_parts();
    let bytes = body
        .collect()
        .await
        .map(http_body_util::Collected::to_bytes)
        .unwrap_or_default();
    // Text stays text: only a binary body needs base64 on its way through the gateway.
    let body = match String::from_utf8(bytes.into()) {
        Ok(text) => Body::Text(text),
        Err(error) => Body::Binary(error.into_bytes()),
    };
    Ok(Response::from_parts(parts, body))
}

/// Who called, as the gateway says; headers are never believed.
fn client_address(request: &Request) -> Option<IpAddr> {
    match request.request_context_ref()? {
        RequestContext::ApiGatewayV2(context) => context.http.source_ip.as_deref()?.parse().ok(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use axum::Extension;
    use axum::routing::post;

    use super::*;

    /// A payload 2.0 event with the parts that the gateway always sends.
    fn event(body: &str, base64: bool) -> String {
        serde_json::json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": "/echo",
            "rawQueryString": "",
            "headers": {"x-forwarded-for": "203.0.113.9", "host": "api.example"},
            "requestContext": {
                "accountId": "1", "apiId": "a", "domainName": "api.example", "domainPrefix": "api",
                "http": {"method": "POST", "path": "/echo", "protocol": "HTTP/1.1", "sourceIp": "192.0.2.7",
                         "userAgent": "test"},
                "requestId": "r", "routeKey": "$default", "stage": "$default", "time": "", "timeEpoch": 0
            },
            "body": body,
            "isBase64Encoded": base64
        })
        .to_string()
    }

    async fn echo(
        Extension(ClientAddress(address)): Extension<ClientAddress>,
        body: String,
    ) -> String {
        format!("{address} {body}")
    }

    async fn check(event: &str, expected: &str) {
        let router = Router::new().route("/echo", post(echo));
        let request = lambda_http::request::from_str(event).unwrap();
        let response = answer(router, request).await.unwrap();
        assert!(
            matches!(response.body(), Body::Text(text) if text == expected),
            "{:?}",
            response.body()
        );
    }

    #[tokio::test]
    async fn the_source_is_the_gateways_word_and_text_stays_text() {
        check(&event("a=b", false), "192.0.2.7 a=b").await;
    }

    #[tokio::test]
    async fn a_base64_body_is_decoded() {
        check(&event("YT1i", true), "192.0.2.7 a=b").await;
    }

    #[test]
    fn the_log_level_is_what_was_asked_for() {
        for (said, expected) in [
            (None, Some(LevelFilter::INFO)),
            (Some(""), Some(LevelFilter::INFO)),
            (Some("debug"), Some(LevelFilter::DEBUG)),
            (Some("aws_smithy_runtime=trace"), None),
            (Some("loud"), None),
        ] {
            assert_eq!(level(said.map(str::to_owned)).ok(), expected, "{said:?}");
        }
    }
}
