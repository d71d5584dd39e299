//! API Gateway as far as callers by AWS IAM see it: it checks signatures on the route below `/iam/v1`, and
//! tells the function whose they are.

use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::response::Response;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use m2m_tests::iam::{callers, context, session};
use m2m_tests::service::{self, Setup};
use tokio::sync::oneshot;
use tower::ServiceExt;

pub(crate) const REGION: &str = "eu-central-1";
pub(crate) const KEY_ID: &str = "AKIDTERRAFORMTEST";
pub(crate) const SECRET: &str = "canary/secret+of/terraform+0123456789abcd";
pub(crate) const SESSION_TOKEN: &str = "canary+session/token+of/terraform/0123456789abcdef==";
/// The role that the credentials are a session of unless a test says otherwise.
pub(crate) const ROLE: &str = "terraform";

/// A deployment behind its gateway; it ends with the value.
pub(crate) struct Gateway {
    address: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Gateway {
    /// With nobody in the deployment but [`ROLE`] on its list, and callers that are sessions of `role`.
    pub(crate) fn start(role: &'static str) -> Self {
        let (stop, stopped) = oneshot::channel::<()>();
        let (ready, address) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let mut runtime = tokio::runtime::Builder::new_multi_thread();
            let runtime = runtime.worker_threads(2).enable_all().build().unwrap();
            runtime.block_on(serve(role, ready, stopped));
        });
        Self {
            address: address.recv().unwrap(),
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// The settings of a provider that has a session's credentials in the environment.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let mut environment = self.without_credentials();
        environment.extend(owned([
            ("AWS_ACCESS_KEY_ID", KEY_ID),
            ("AWS_SECRET_ACCESS_KEY", SECRET),
            ("AWS_SESSION_TOKEN", SESSION_TOKEN),
        ]));
        environment
    }

    /// The same on a machine where there are none.
    pub(crate) fn without_credentials(&self) -> Vec<(String, String)> {
        let endpoint = format!("http://{}", self.address);
        owned([
            ("M2M_ENDPOINT", endpoint.as_str()),
            ("M2M_AWS_IAM", "true"),
            ("AWS_REGION", REGION),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ])
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn owned<const N: usize>(variables: [(&str, &str); N]) -> Vec<(String, String)> {
    variables
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
}

async fn serve(role: &'static str, ready: mpsc::Sender<String>, stopped: oneshot::Receiver<()>) {
    let setup = Setup {
        iam_callers: Some(callers([(
            ROLE,
            "iam|terraform",
            "platform",
            "clients:read clients:write clients:reveal clients:delegate orders:read",
        )])),
        ..Setup::default()
    };
    let service = service::start_with(setup).await;
    let function = m2m_http::whole(&service.deployment);
    let gateway =
        Router::new().fallback(move |request: Request| pass_on(function.clone(), role, request));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    ready.send(address).unwrap();
    tokio::select! {
        served = axum::serve(listener, gateway) => served.unwrap(),
        _ = stopped => {}
    }
}

/// What the gateway does with a request.
async fn pass_on(function: Router, role: &str, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.unwrap();
    if parts.uri.path().starts_with("/iam/v1/") {
        let target = parts.uri.to_string();
        let request = Received {
            method: parts.method.as_str(),
            target: &target,
            headers: &parts.headers,
            body: &body,
        };
        if !request.is_signed() {
            return forbidden();
        }
        parts.extensions.insert(context(&session(role)));
    }
    let request = Request::from_parts(parts, Body::from(body));
    function.oneshot(request).await.unwrap()
}

/// The answer that the gateway gives itself.
fn forbidden() -> Response {
    Response::builder()
        .status(403)
        .header("content-type", "application/json")
        .body(Body::from(r#"{"message":"Forbidden"}"#))
        .unwrap()
}

/// A request as it arrived.
struct Received<'a> {
    method: &'a str,
    target: &'a str,
    headers: &'a HeaderMap,
    body: &'a [u8],
}

impl Received<'_> {
    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Whether the test's credentials give the same signature for what arrived, at the time that it names.
    fn is_signed(&self) -> bool {
        let authorization = self.header("authorization");
        let names_region = authorization.contains(&format!("/{REGION}/execute-api/aws4_request"));
        names_region
            && self.header("x-amz-security-token") == SESSION_TOKEN
            && self.signature() == authorization
    }

    fn signature(&self) -> String {
        let authorization = self.header("authorization");
        let (_, signed) = authorization.split_once("SignedHeaders=").unwrap();
        let signed: Vec<_> = signed.split_once(',').unwrap().0.split(';').collect();
        let by_the_signer = ["host", "x-amz-date", "x-amz-security-token"];
        let headers = signed
            .iter()
            .filter(|name| !by_the_signer.contains(*name))
            .map(|name| (*name, self.header(name)));
        let url = format!("http://{}{}", self.header("host"), self.target);
        let body = SignableBody::Bytes(self.body);
        let request = SignableRequest::new(self.method, url, headers, body).unwrap();
        let token = Some(SESSION_TOKEN.to_owned());
        let identity = Credentials::new(KEY_ID, SECRET, token, None, "test").into();
        let params = v4::SigningParams::builder()
            .identity(&identity)
            .region(REGION)
            .name("execute-api")
            .time(self.time())
            .settings(SigningSettings::default())
            .build()
            .unwrap();
        let (instructions, _) = sign(request, &params.into()).unwrap().into_parts();
        let mut headers = instructions.headers();
        let found = headers.find(|(name, _)| *name == "authorization");
        found.unwrap().1.to_owned()
    }

    /// `x-amz-date`, which must not be older or newer than five minutes.
    #[expect(
        clippy::disallowed_methods,
        reason = "a gateway's clock is the real one"
    )]
    fn time(&self) -> SystemTime {
        let time = DateTime::strptime("%Y%m%dT%H%M%SZ", self.header("x-amz-date")).unwrap();
        let seconds = TimeZone::UTC.to_timestamp(time).unwrap().as_second();
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.try_into().unwrap());
        let age = SystemTime::now().duration_since(time).unwrap_or_default();
        assert!(age.as_secs() < 300, "an old signature");
        time
    }
}
