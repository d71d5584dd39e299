//! The log: a line for every request, with the fields that docs/observability.md lists and no others.

use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, Mutex};

use axum::Extension;
use axum::body::Body;
use http::{Method, Request, StatusCode};
use m2m_core::client::Client;
use m2m_core::clock::SystemClock;
use m2m_http::Invocation;
use m2m_local::stand_in::faults::Fault;
use m2m_tests::logins::{telling, trusting};
use m2m_tests::outside::Outside;
use m2m_tests::service::{self, TestService};
use m2m_tests::world::{MANAGEMENT, ada, client_of, secret_of};
use m2m_types::admin::principals::PermissionsSource;
use serde_json::{Value, json};
use tower::ServiceExt;
use tracing::level_filters::LevelFilter;
use tracing::subscriber::{DefaultGuard, set_default};

const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const TRACE_PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// The lines that this test's thread writes, as a function would write them.
struct Lines {
    written: Arc<Mutex<Vec<u8>>>,
    _guard: DefaultGuard,
}

struct Writer(Arc<Mutex<Vec<u8>>>);

impl io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Lines {
    fn listen() -> Self {
        let written = Arc::<Mutex<Vec<u8>>>::default();
        let to = Arc::clone(&written);
        let writer = move || Writer(Arc::clone(&to));
        let lines = m2m_lambda::json_lines(Arc::new(SystemClock), LevelFilter::INFO, writer);
        Self {
            written,
            _guard: set_default(lines),
        }
    }

    /// What was written since the last time.
    fn take(&self) -> Vec<Value> {
        let bytes = std::mem::take(&mut *self.written.lock().unwrap());
        let text = String::from_utf8(bytes).unwrap();
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// The one line that was written since the last time.
    #[track_caller]
    fn only(&self) -> Value {
        let lines = self.take();
        assert_eq!(lines.len(), 1, "{lines:#?}");
        lines.into_iter().next().unwrap()
    }
}

async fn with_payments() -> (TestService, Lines) {
    let service = service::start().await;
    service.add_client(client_of(&ada(), "payments")).await;
    // The first token also notes the use of the secret, and connects.
    let first = service.ask("m2m_payments", &secret_of("payments")).await;
    assert_eq!(first.status, 200);
    (service, Lines::listen())
}

#[tokio::test]
async fn a_token_is_one_line_of_less_than_300_bytes() {
    let (service, lines) = with_payments().await;
    service.ask("m2m_payments", &secret_of("payments")).await;
    let line = lines.only();
    assert_eq!(line["message"], "token issued");
    assert_eq!(line["level"], "INFO");
    assert_eq!(line["route"], "POST /oauth/token");
    assert_eq!(line["status"], 200);
    assert_eq!(line["source"], "127.0.0.1");
    assert_eq!(line["client_id"], "m2m_payments");
    assert!(line["duration_ms"].is_f64());
    // In production an id and an address are longer than here.
    let longer = [("m2m_payments", 30), ("127.0.0.1", 15)];
    let more: usize = longer.iter().map(|(short, long)| long - short.len()).sum();
    let length = line.to_string().len() + more;
    assert!(length < 300, "{length} bytes: {line}");
}

#[tokio::test]
async fn a_refusal_tells_the_log_why_and_the_caller_where_to_ask() {
    let (service, lines) = with_payments().await;
    let answer = service.ask("m2m_payments", &secret_of("other")).await;
    let line = lines.only();
    assert_eq!(line["message"], "token refused");
    assert_eq!(line["level"], "INFO");
    assert_eq!(line["status"], 401);
    assert_eq!(line["error"], "invalid_client");
    assert_eq!(line["client_id"], "m2m_payments");
    assert_eq!(line["correlation_id"], answer.member("correlation_id"));
    let reason = line["reason"].as_str().unwrap();
    assert!(
        reason.contains("the client_secret of m2m_payments is wrong"),
        "{reason}"
    );
}

#[tokio::test]
async fn what_is_refused_after_authentication_names_its_client() {
    let (service, lines) = with_payments().await;
    let call = service
        .post("/oauth/token")
        .basic("m2m_payments", &secret_of("payments"));
    let form = [
        ("grant_type", "client_credentials"),
        ("scope", "unheard:of"),
    ];
    assert_eq!(call.form(&form).send().await.status, 400);
    let line = lines.only();
    assert_eq!(line["error"], "invalid_scope");
    assert_eq!(line["client_id"], "m2m_payments");
}

#[tokio::test]
async fn an_introspection_tells_the_log_alone_why_a_token_is_not_active() {
    let (service, lines) = with_payments().await;
    let token = service.ask("m2m_payments", &secret_of("payments")).await;
    let token = token.member("access_token");
    lines.take();
    assert!(service.is_active("payments", &token).await);
    let line = lines.only();
    assert_eq!(line["message"], "token is active");
    assert_eq!(line["client_id"], "m2m_payments");
    assert_eq!(line["jti"], m2m_tests::jwt::claims(&token)["jti"]);
    service.deny(&token).await;
    assert!(!service.is_active("payments", &token).await);
    let line = lines.only();
    assert_eq!(line["message"], "token is not active");
    assert_eq!(line["level"], "INFO");
    assert_eq!(
        line["reason"],
        "the token is not active: the token was revoked, or a key that signed it or its ancestors removed"
    );
    assert_eq!(line.get("jti"), None);
}

#[tokio::test]
async fn a_client_that_does_not_exist_is_not_named() {
    let (service, lines) = with_payments().await;
    service.ask("m2m_unheard_of", &secret_of("payments")).await;
    let line = lines.only();
    assert_eq!(line.get("client_id"), None);
    assert!(!line.to_string().contains("unheard"), "{line}");
}

#[tokio::test]
async fn a_store_that_fails_is_one_line_that_says_what_to_do_and_a_503_that_does_not() {
    let (service, lines) = with_payments().await;
    service.faults.always("BatchGetItem", Fault::AccessDenied);
    let answer = service.ask("m2m_payments", &secret_of("payments")).await;
    assert_eq!(
        answer.refusal(),
        (503, "temporarily_unavailable".to_owned())
    );
    let told = answer.text();
    assert!(
        !told.contains("m2m-test") && !told.contains("AccessDenied"),
        "{told}"
    );
    let line = lines.only();
    assert_eq!(line["level"], "ERROR");
    assert_eq!(line["message"], "token not issued");
    assert_eq!(line["correlation_id"], answer.member("correlation_id"));
    let reason = line["reason"].as_str().unwrap();
    for part in [
        "dynamodb:BatchGetItem on the table m2m-test: AccessDeniedException",
        "the role or user that calls lacks the permission",
    ] {
        assert!(reason.contains(part), "{reason}");
    }
    service.faults.clear();
    let again = service.ask("m2m_payments", &secret_of("payments")).await;
    assert_eq!(again.status, 200);
}

#[tokio::test]
async fn a_path_that_is_nothing_is_not_repeated() {
    let (service, lines) = with_payments().await;
    let secret = secret_of("payments");
    service.get(&format!("/v2/{secret}?{secret}")).send().await;
    let method = Method::from_bytes(secret.as_bytes()).unwrap();
    service.call(method, "/oauth/token").send().await;
    let routes: Vec<_> = lines
        .take()
        .iter()
        .map(|line| line["route"].clone())
        .collect();
    assert_eq!(routes, ["GET $default", "OTHER /oauth/token"]);
}

#[tokio::test]
async fn every_line_of_a_request_has_the_callers_trace() {
    let (service, lines) = with_payments().await;
    let token = service.manager(MANAGEMENT).await;
    lines.take();
    let call = service.post("/v1/clients").bearer(&token);
    let call = call.header("traceparent", TRACE_PARENT);
    assert_eq!(
        call.json(&json!({"name": "orders"})).send().await.status,
        201
    );
    let lines = lines.take();
    let messages: Vec<_> = lines.iter().map(|line| &line["message"]).collect();
    assert_eq!(messages, ["client created", "answered"]);
    assert!(lines.iter().all(|line| line["trace_id"] == TRACE));
}

#[tokio::test]
async fn requests_without_a_trace_get_one_each() {
    let (service, lines) = with_payments().await;
    for _ in 0..2 {
        let call = service
            .get("/healthz")
            .header("traceparent", "00-nonsense-01");
        assert_eq!(call.send().await.status, 200);
    }
    let traces: BTreeSet<_> = lines
        .take()
        .iter()
        .map(|line| line["trace_id"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(traces.len(), 2);
    assert!(traces.iter().all(|trace| trace.len() == 32), "{traces:?}");
}

/// A request as a function gets it.
async fn in_a_function(service: &TestService, path: &str, cold: bool) -> StatusCode {
    let request_id = "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned();
    let invocation = Invocation { request_id, cold };
    let router = m2m_http::whole(&service.deployment).layer(Extension(invocation));
    let request = Request::get(path).body(Body::empty()).unwrap();
    router.oneshot(request).await.unwrap().status()
}

#[tokio::test]
async fn the_platforms_name_is_told_when_an_instance_starts_or_a_request_is_not_granted() {
    let (service, lines) = with_payments().await;
    in_a_function(&service, "/healthz", true).await;
    let first = lines.only();
    assert_eq!(first["cold"], true);
    assert_eq!(first["request_id"], "8476a536-e9f4-11e8-9739-2dfe598c3fcd");
    in_a_function(&service, "/healthz", false).await;
    let second = lines.only();
    assert_eq!(second.get("cold").or(second.get("request_id")), None);
    in_a_function(&service, "/v1/me", false).await;
    assert!(lines.only()["request_id"].is_string());
    service.faults.always("*", Fault::AccessDenied);
    in_a_function(&service, "/healthz", false).await;
    assert!(lines.only()["request_id"].is_string());
}

/// One of everything that can be logged at `info` while requests are answered.
async fn everything(service: &TestService) {
    let secret = secret_of("payments");
    service.ask("m2m_payments", &secret).await;
    service.ask("m2m_payments", &secret_of("other")).await;
    in_a_function(service, "/healthz", true).await;
    let token = service.manager(MANAGEMENT).await;
    let call = service.post("/v1/clients").bearer(&token);
    let created = call.json(&json!({"name": "orders"})).send().await;
    let id = created.member("client_id");
    let shown = format!(
        "/v1/clients/{id}/secrets/{}/value",
        created.member("client_secret_id")
    );
    assert_eq!(service.get(&shown).bearer(&token).send().await.status, 200);
    let path = format!("/v1/clients/{id}");
    let call = service.call(Method::PATCH, &path).bearer(&token);
    assert_eq!(
        call.json(&json!({"name": "sales"})).send().await.status,
        200
    );
    let call = service.call(Method::DELETE, &path).bearer(&token);
    assert_eq!(call.send().await.status, 204);
    let call = service.post("/v1/resource-servers").bearer(&token);
    let server = json!({"identifier": "urn:acme:orders", "name": "Orders"});
    assert_eq!(call.json(&server).send().await.status, 201);
    let call = service.call(Method::PUT, "/v1/organizations/globex");
    let globex = json!({"name": "Globex", "plan": "team", "m2m_clients_allowed": true});
    let call = call.bearer(&token).header("if-none-match", "*");
    assert_eq!(call.json(&globex).send().await.status, 201);
    let quota = json!({"limit": 1, "per": "hour", "mode": "monitor"});
    let monitored = Client {
        token_quota: Some(serde_json::from_value(quota).unwrap()),
        ..client_of(&ada(), "monitored")
    };
    service.add_client(monitored).await;
    for _ in 0..2 {
        let answer = service.ask("m2m_monitored", &secret_of("monitored")).await;
        assert_eq!(answer.status, 200);
    }
    service.add_client(client_of(&ada(), "unnoted")).await;
    service.faults.always("UpdateItem", Fault::ServerError);
    assert_eq!(
        service
            .ask("m2m_unnoted", &secret_of("unnoted"))
            .await
            .status,
        200
    );
    service.faults.always("BatchGetItem", Fault::AccessDenied);
    service.ask("m2m_payments", &secret).await;
}

#[tokio::test]
async fn every_field_has_its_row_in_the_documentation_and_every_row_its_field() {
    // The start of a service is logged, too.
    let lines = Lines::listen();
    let provider = Outside::start().await;
    let by_login = telling(&provider, PermissionsSource::Login);
    let service = trusting([by_login], None).await;
    service.add_client(client_of(&ada(), "payments")).await;
    let login = service.telling_login(&provider, "eve", "acme", &["orders:read"]);
    assert_eq!(service.me(&provider.sign(&login)).await.status, 200);
    assert_eq!(service.snapshot().await["seq"], 0);
    everything(&service).await;
    let seen: BTreeSet<_> = lines
        .take()
        .iter()
        .flat_map(|line| {
            line.as_object()
                .unwrap()
                .keys()
                .cloned()
                .collect::<Vec<_>>()
        })
        .collect();
    let documented = include_str!("../../docs/observability.md");
    let rows = documented
        .lines()
        .skip_while(|line| !line.starts_with("| field |"));
    let documented: BTreeSet<_> = rows
        .skip(2)
        .map_while(|row| row.strip_prefix("| `")?.split_once('`'))
        .map(|(field, _)| field.to_owned())
        .collect();
    assert_eq!(seen, documented);
}
