//! Events to requests, answers to responses.

use std::convert::Infallible;

use axum::Router;
use http_body_util::BodyExt;
use lambda_http::{Body, Error, Request, Response, service_fn};
use tower::ServiceExt;

use crate::gateway;

/// Answers events until the runtime stops; several at once where the runtime allows it.
///
/// # Errors
/// The runtime API broke.
pub(crate) async fn serve(router: Router) -> Result<(), Error> {
    lambda_http::run_concurrent(service_fn(move |request| answer(router.clone(), request))).await
}

async fn answer(router: Router, mut request: Request) -> Result<Response<Body>, Infallible> {
    gateway::note_caller(&mut request);
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

#[cfg(test)]
mod tests {
    use axum::Extension;
    use axum::routing::post;
    use m2m_http::ClientAddress;

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
}
