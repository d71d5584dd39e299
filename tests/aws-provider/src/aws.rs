//! Signed calls of AWS, in the three protocols that its services speak.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use serde_json::Value as Json;
use tfplugin::{Diagnostic, Diagnostics};

/// How long a call may take; the emulator starts programs in between.
const TIMEOUT: Duration = Duration::from_secs(60);

/// The account of plans that have no emulator to ask.
const EXAMPLE_ACCOUNT: &str = "123456789012";

/// An account and a region, with the emulator that plays them.
#[derive(Debug)]
pub(crate) struct Aws {
    /// Where objects are made.
    pub(crate) region: String,
    /// The account, as it stands in ARNs.
    pub(crate) account: String,
    /// The tags that every object gets.
    pub(crate) default_tags: tfplugin::Object,
    emulator: Option<Emulator>,
}

#[derive(Debug)]
struct Emulator {
    endpoint: String,
    identity: Identity,
    http: reqwest::Client,
}

/// Why a call was not answered as it should be.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// There is no such object.
    #[error("it does not exist")]
    NotFound,
    /// The answer was an error.
    #[error("{0}")]
    Refused(String),
    /// There was no answer.
    #[error("{0}")]
    Unreachable(String),
}

impl From<Failure> for Diagnostics {
    fn from(failure: Failure) -> Self {
        Diagnostic::error("The call of AWS failed", failure.to_string()).into()
    }
}

/// One request before it is signed.
struct Call<'a> {
    service: &'a str,
    method: http::Method,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: String,
}

impl Aws {
    /// The emulator is the one that `AWS_ENDPOINT_URL` of the environment names.
    pub(crate) fn from_env(region: String, default_tags: tfplugin::Object) -> Self {
        let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let emulator = set("AWS_ENDPOINT_URL").map(|endpoint| {
            let key = set("AWS_ACCESS_KEY_ID").unwrap_or_else(|| "test".to_owned());
            let secret = set("AWS_SECRET_ACCESS_KEY").unwrap_or_else(|| "test".to_owned());
            let token = set("AWS_SESSION_TOKEN");
            let credentials = Credentials::new(key, secret, token, None, "environment");
            Emulator {
                endpoint: endpoint.trim_end_matches('/').to_owned(),
                identity: credentials.into(),
                http: http_client(),
            }
        });
        Self {
            region,
            account: EXAMPLE_ACCOUNT.to_owned(),
            default_tags,
            emulator,
        }
    }

    /// True if there is an emulator to call.
    pub(crate) fn has_emulator(&self) -> bool {
        self.emulator.is_some()
    }

    /// A call of a service that has paths: API Gateway and Lambda.
    pub(crate) async fn rest(
        &self,
        service: &str,
        method: http::Method,
        path: String,
        body: Option<&Json>,
    ) -> Result<Json, Failure> {
        let call = Call {
            service,
            method,
            path,
            headers: vec![("content-type", "application/json".to_owned())],
            body: body.map(Json::to_string).unwrap_or_default(),
        };
        let answer = self.send(call).await?;
        Ok(serde_json::from_str(&answer).unwrap_or(Json::Null))
    }

    /// A call of a service that names the operation in `X-Amz-Target`: DynamoDB, CloudWatch and its logs.
    pub(crate) async fn target(
        &self,
        service: &str,
        target: &str,
        body: &Json,
    ) -> Result<Json, Failure> {
        let version = if service == "logs" { "1.1" } else { "1.0" };
        let call = Call {
            service,
            method: http::Method::POST,
            path: "/".to_owned(),
            headers: vec![
                ("content-type", format!("application/x-amz-json-{version}")),
                ("x-amz-target", target.to_owned()),
            ],
            body: body.to_string(),
        };
        let answer = self.send(call).await?;
        Ok(serde_json::from_str(&answer).unwrap_or(Json::Null))
    }

    /// A call of a service that takes a form and answers with XML: IAM and STS.
    pub(crate) async fn query(
        &self,
        service: &str,
        version: &str,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> Result<String, Failure> {
        let operation = [("Action", action), ("Version", version)];
        let form = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(operation)
            .extend_pairs(parameters)
            .finish();
        let call = Call {
            service,
            method: http::Method::POST,
            path: "/".to_owned(),
            headers: vec![(
                "content-type",
                "application/x-www-form-urlencoded".to_owned(),
            )],
            body: form,
        };
        self.send(call).await
    }

    async fn send(&self, call: Call<'_>) -> Result<String, Failure> {
        let emulator = self.emulator.as_ref().ok_or_else(no_emulator)?;
        let what = format!("{} {} of {}", call.method, call.path, call.service);
        let unreachable =
            |error: &dyn std::error::Error| Failure::Unreachable(format!("{what}: {error}"));
        let request = emulator
            .signed(call, &self.region)
            .map_err(|error| unreachable(&*error))?;
        let request = reqwest::Request::try_from(request).map_err(|error| unreachable(&error))?;
        let answer = emulator
            .http
            .execute(request)
            .await
            .map_err(|error| unreachable(&error))?;
        let status = answer.status();
        let text = answer.text().await.map_err(|error| unreachable(&error))?;
        if status.is_success() {
            return Ok(text);
        }
        let is_gone = [
            "ResourceNotFoundException",
            "NoSuchEntity",
            "NotFoundException",
            "ResourceNotFound",
        ];
        if status == http::StatusCode::NOT_FOUND || is_gone.iter().any(|code| text.contains(code)) {
            return Err(Failure::NotFound);
        }
        Err(Failure::Refused(format!(
            "{what} was answered with {status}: {text}"
        )))
    }
}

impl Emulator {
    fn signed(
        &self,
        call: Call<'_>,
        region: &str,
    ) -> Result<http::Request<String>, Box<dyn std::error::Error>> {
        let url = format!("{}{}", self.endpoint, call.path);
        let mut request = http::Request::builder()
            .method(call.method)
            .uri(&url)
            .body(call.body)?;
        let host = url::Url::parse(&url)?;
        let authority = host[url::Position::BeforeHost..url::Position::AfterPort].to_owned();
        request
            .headers_mut()
            .insert(http::header::HOST, authority.parse()?);
        for (name, value) in &call.headers {
            request.headers_mut().insert(*name, value.parse()?);
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "a signature carries the time of its request"
        )]
        let now = SystemTime::now();
        let parameters = v4::SigningParams::builder()
            .identity(&self.identity)
            .region(region)
            .name(call.service)
            .time(now)
            .settings(SigningSettings::default())
            .build()?
            .into();
        let headers = request.headers().iter();
        let headers =
            headers.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        let body = SignableBody::Bytes(request.body().as_bytes());
        let signable = SignableRequest::new(request.method().as_str(), &url, headers, body)?;
        let (instructions, _) = sign(signable, &parameters)?.into_parts();
        instructions.apply_to_request_http1x(&mut request);
        Ok(request)
    }
}

fn no_emulator() -> Failure {
    Failure::Unreachable(
        "this is the stand-in of hashicorp/aws for tests, which never calls AWS; set AWS_ENDPOINT_URL to an emulator"
            .to_owned(),
    )
}

/// A client without proxies: the emulator is on this machine.
fn http_client() -> reqwest::Client {
    let builder = reqwest::Client::builder().no_proxy().timeout(TIMEOUT);
    builder.build().unwrap_or_default()
}
