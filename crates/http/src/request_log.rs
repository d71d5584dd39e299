//! One line in the log for every request. docs/observability.md lists the fields.

use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{MatchedPath, State};
use axum::middleware::Next;
use http::{Method, Request, Response, StatusCode};
use tracing::{Instrument, Level, error_span};

use crate::told::Told;
use crate::{ClientAddress, Shared, trace};

/// What the platform says of the call that a request came in: put into its extensions by a function.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// The platform's name for it.
    pub request_id: String,
    /// Whether it is the first of its instance.
    pub cold: bool,
}

/// Answers within the trace of the request and writes its line.
pub(crate) async fn log(
    State(state): State<Shared>,
    request: Request<Body>,
    next: Next,
) -> Response<Body> {
    let started = Instant::now();
    let trace_id = trace::id(request.headers(), &*state.random);
    let line = Line::of(&request);
    // An error's span, so that every line has its trace, whatever level is asked for.
    let span = error_span!("request", trace_id);
    async move {
        let response = next.run(request).await;
        line.write(&response, started.elapsed());
        response
    }
    .instrument(span)
    .await
}

/// What is known of a request before it is answered.
struct Line {
    route: String,
    source: Option<ClientAddress>,
    invocation: Option<Invocation>,
}

impl Line {
    fn of(request: &Request<Body>) -> Self {
        let extensions = request.extensions();
        let path = extensions.get::<MatchedPath>();
        // What matches nothing is the caller's own text, and may be a secret in the wrong place.
        let path = path.map_or("$default", MatchedPath::as_str);
        Self {
            route: format!("{} {path}", method(request.method())),
            source: extensions.get::<ClientAddress>().copied(),
            invocation: extensions.get::<Invocation>().cloned(),
        }
    }

    fn write(&self, response: &Response<Body>, took: Duration) {
        let nothing = Told::default();
        let told = response.extensions().get::<Told>().unwrap_or(&nothing);
        let status = response.status();
        macro_rules! line {
            ($level:expr) => {
                tracing::event!(
                    $level,
                    route = self.route,
                    status = status.as_u16(),
                    duration_ms = tenths_of_milliseconds(took),
                    client_id = told.client_id.as_ref().map(|id| id.as_str()),
                    owner = told.owner.as_ref().map(|id| id.as_str()),
                    source = self.source.map(|source| tracing::field::display(source.0)),
                    jti = told.jti.as_deref(),
                    error = told.error,
                    reason = told.reason.as_deref(),
                    correlation_id = told.correlation_id.as_ref().map(|id| id.as_str()),
                    request_id = self.request_id(status),
                    cold = self.is_cold().then_some(true),
                    "{}",
                    told.message.unwrap_or("answered")
                )
            };
        }
        if status.is_server_error() {
            line!(Level::ERROR);
        } else {
            line!(Level::INFO);
        }
    }

    /// The platform's own lines are looked up when something began or was not granted; other lines are shorter
    /// without.
    fn request_id(&self, status: StatusCode) -> Option<&str> {
        let is_looked_up = self.is_cold() || status.is_client_error() || status.is_server_error();
        let invocation = self.invocation.as_ref().filter(|_| is_looked_up)?;
        Some(&invocation.request_id)
    }

    fn is_cold(&self) -> bool {
        let invocation = self.invocation.as_ref();
        invocation.is_some_and(|invocation| invocation.cold)
    }
}

/// The method if it is one that HTTP knows: others are the caller's own text.
fn method(method: &Method) -> &str {
    match *method {
        Method::GET
        | Method::HEAD
        | Method::POST
        | Method::PUT
        | Method::PATCH
        | Method::DELETE
        | Method::OPTIONS => method.as_str(),
        _ => "OTHER",
    }
}

fn tenths_of_milliseconds(took: Duration) -> f64 {
    (took.as_secs_f64() * 10_000.0).round() / 10.0
}
