//! Events to requests, answers to responses.

use std::convert::Infallible;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use axum::Router;
use http_body_util::BodyExt;
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, Body, Error, LambdaEvent, Request, RequestExt, Response, service_fn};
use m2m_core::clock::Clock;
use m2m_http::{Invocation, Outcome};
use tower::ServiceExt;

use crate::front::{Front, MtlsDomain};
use crate::metrics::{Answered, Metrics};
use crate::{event, gateway};

/// What answers the events of an instance. Clones are the same.
#[derive(Clone)]
pub(crate) struct Service(Arc<Instance>);

struct Instance {
    router: Router,
    mtls_domain: Option<MtlsDomain>,
    metrics: Metrics,
    clock: Arc<dyn Clock>,
    cold: AtomicBool,
}

impl Service {
    pub(crate) fn new(front: Front, metrics: Metrics, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Instance {
            router: front.router,
            mtls_domain: front.mtls_domain,
            metrics,
            clock,
            cold: AtomicBool::new(true),
        }))
    }

    /// Answers events until the runtime stops.
    pub(crate) async fn run(self) -> Result<(), Error> {
        let instance = Arc::clone(&self.0);
        let answer = service_fn(move |request| {
            let service = self.clone();
            async move { Ok::<_, Infallible>(service.answer(request).await) }
        });
        // As `lambda_http::run_concurrent` does it, but for what is done to the event before.
        let answer =
            Adapter::from(answer).map_request(move |mut event: LambdaEvent<LambdaRequest>| {
                let payload = event::without_foreign_certificate(
                    event.payload,
                    instance.mtls_domain.as_ref(),
                );
                event.payload = event::readable(payload);
                event
            });
        lambda_http::lambda_runtime::run_concurrent(answer).await
    }

    async fn answer(&self, mut request: Request) -> Response<Body> {
        let started = Instant::now();
        gateway::note_caller(&mut request);
        self.note_invocation(&mut request);
        let trace = trace_header(&request);
        let work = self.0.router.clone().oneshot(request);
        let response = match m2m_aws::passing_trace_on(trace, work).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let answered = Answered {
            status: response.status().as_u16(),
            took: started.elapsed(),
            outcome: response.extensions().get::<Outcome>().copied(),
        };
        if let Some(line) = self.0.metrics.count(self.0.clock.now(), answered) {
            write_metrics(line);
        }
        whole(response).await
    }

    fn note_invocation(&self, request: &mut Request) {
        let Some(context) = request.lambda_context_ref() else {
            return;
        };
        let invocation = Invocation {
            request_id: context.request_id.clone(),
            cold: self.0.cold.swap(false, Ordering::Relaxed),
        };
        request.extensions_mut().insert(invocation);
    }
}

/// What the runtime says of the trace of this event.
fn trace_header(request: &Request) -> Option<String> {
    request.lambda_context_ref()?.xray_trace_id.clone()
}

/// Metrics are a line beside those of the log, in a form that is not ours. It is written in one piece, so that
/// nobody reads half of it; one that cannot be written is lost, as any line of the log would be.
fn write_metrics(mut line: String) {
    line.push('\n');
    let _ = std::io::stdout().lock().write_all(line.as_bytes());
}

/// The answer with its whole body.
async fn whole(response: Response<axum::body::Body>) -> Response<Body> {
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
    Response::from_parts(parts, body)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::Extension;
    use axum::routing::post;
    use m2m_core::clock::SystemClock;
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

    fn service(router: Router) -> Service {
        let metrics = Metrics::new("token".to_owned(), Duration::ZERO);
        Service::new(router.into(), metrics, Arc::new(SystemClock))
    }

    async fn check(event: &str, expected: &str) {
        let service = service(Router::new().route("/echo", post(echo)));
        let request = lambda_http::request::from_str(event).unwrap();
        let response = service.answer(request).await;
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

    async fn invocation(Extension(invocation): Extension<Invocation>) -> String {
        format!("{} {}", invocation.request_id, invocation.cold)
    }

    #[tokio::test]
    async fn only_the_first_request_of_an_instance_is_cold() {
        let service = service(Router::new().route("/echo", post(invocation)));
        for expected in ["8476a536 true", "8476a536 false"] {
            let request = lambda_http::request::from_str(&event("", false)).unwrap();
            let mut context = lambda_http::Context::default();
            context.request_id = "8476a536".to_owned();
            let response = service.answer(request.with_lambda_context(context)).await;
            assert!(
                matches!(response.body(), Body::Text(text) if text == expected),
                "{:?}",
                response.body()
            );
        }
    }

    #[tokio::test]
    async fn a_base64_body_is_decoded() {
        check(&event("YT1i", true), "192.0.2.7 a=b").await;
    }
}
