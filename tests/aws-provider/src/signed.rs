//! Signed calls of AWS, whatever the service.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use http::{Method, StatusCode};

/// How long a call may take; the emulator starts programs in between.
const TIMEOUT: Duration = Duration::from_secs(60);

/// What prevented an answer.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// Somebody with credentials, and where the calls go.
#[derive(Debug)]
pub struct Caller {
    endpoint: String,
    region: String,
    identity: Identity,
    http: reqwest::Client,
}

/// One call before it is signed.
#[derive(Debug)]
pub struct Call<'a> {
    /// The service as signatures name it.
    pub service: &'a str,
    /// The method.
    pub method: Method,
    /// The path, encoded.
    pub path: String,
    /// Further headers, which are signed too.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

impl Caller {
    /// Calls go to `endpoint`, an origin.
    #[must_use]
    pub fn new(endpoint: &str, region: &str, credentials: Credentials) -> Self {
        // Without proxies: the emulator is on this machine.
        let http = reqwest::Client::builder().no_proxy().timeout(TIMEOUT);
        Self {
            endpoint: endpoint.trim_end_matches('/').to_owned(),
            region: region.to_owned(),
            identity: credentials.into(),
            http: http.build().unwrap_or_default(),
        }
    }

    /// Sends the call and reads the whole answer.
    ///
    /// # Errors
    /// If there is no answer.
    pub async fn send(&self, call: Call<'_>) -> Result<(StatusCode, String), Error> {
        let request = reqwest::Request::try_from(self.sign(call)?)?;
        let answer = self.http.execute(request).await?;
        let status = answer.status();
        Ok((status, answer.text().await?))
    }

    fn sign(&self, call: Call<'_>) -> Result<http::Request<String>, Error> {
        let url = url::Url::parse(&format!("{}{}", self.endpoint, call.path))?;
        let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
        let mut request = http::Request::builder()
            .method(call.method)
            .uri(url.as_str())
            .header(http::header::HOST, host);
        for (name, value) in call.headers {
            request = request.header(name, value);
        }
        let mut request = request.body(call.body)?;
        #[expect(
            clippy::disallowed_methods,
            reason = "a signature carries the time of its request"
        )]
        let now = SystemTime::now();
        let parameters = v4::SigningParams::builder()
            .identity(&self.identity)
            .region(&self.region)
            .name(call.service)
            .time(now)
            .settings(SigningSettings::default())
            .build()?
            .into();
        let headers = request.headers().iter();
        let headers =
            headers.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        let body = SignableBody::Bytes(request.body().as_bytes());
        let signable =
            SignableRequest::new(request.method().as_str(), url.as_str(), headers, body)?;
        let (instructions, _) = sign(signable, &parameters)?.into_parts();
        instructions.apply_to_request_http1x(&mut request);
        Ok(request)
    }
}
