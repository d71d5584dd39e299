//! The HTTP connection: its TLS, its proxy, its limits.

use m2m_types::issuer::{Issuer, is_loopback};
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::{Certificate, Client, ClientBuilder, Request, redirect};
use url::Url;

use crate::answer::Answer;
use crate::config::{Config, ConfigError};
use crate::error::Error;
use crate::unreachable::Unreachable;

/// Sends requests to one endpoint. A redirect is never followed: credentials go nowhere else.
pub(crate) struct Transport {
    client: Client,
    pub(crate) endpoint: Issuer,
    base: Url,
}

impl Transport {
    pub(crate) fn new(config: &Config) -> Result<Self, ConfigError> {
        if config.request_timeout.is_zero() {
            return Err(ConfigError::RequestTimeout);
        }
        let transport_error = |error: String| ConfigError::Transport(error);
        let base = Url::parse(config.endpoint.as_str())
            .map_err(|error| transport_error(error.to_string()))?;
        let builder = Client::builder()
            .user_agent(&config.user_agent)
            .default_headers(trace(config))
            .timeout(config.request_timeout)
            .redirect(redirect::Policy::none())
            .referer(false);
        let client = trust(builder, config, &base)?
            .build()
            .map_err(|error| transport_error(error.without_url().to_string()))?;
        Ok(Self {
            client,
            endpoint: config.endpoint.clone(),
            base,
        })
    }

    /// The URL of a path of the service.
    pub(crate) fn url(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(path);
        url
    }

    /// Sends the request and reads the whole answer, up to its limit.
    pub(crate) async fn send(&self, request: Request) -> Result<Answer, Error> {
        match self.client.execute(request).await {
            Ok(response) => Answer::read(response, &self.endpoint).await,
            Err(error) => Err(unreachable(&self.endpoint, &error)),
        }
    }
}

/// The header that every request carries if it belongs to a trace.
fn trace(config: &Config) -> HeaderMap {
    let trace = config.trace_parent.as_ref();
    let value = trace.and_then(|trace| HeaderValue::from_str(trace.as_str()).ok());
    let mut headers = HeaderMap::new();
    if let Some(value) = value {
        headers.insert("traceparent", value);
    }
    headers
}

/// The error for an exchange that broke off.
pub(crate) fn unreachable(endpoint: &Issuer, error: &reqwest::Error) -> Error {
    Error::Unreachable {
        endpoint: endpoint.clone(),
        reason: Unreachable::from_reqwest(error),
    }
}

/// Sets whom to trust: the system's authorities and the given ones; nobody where no TLS is spoken.
/// No proxy stands between a machine and itself.
fn trust(
    builder: ClientBuilder,
    config: &Config,
    base: &Url,
) -> Result<ClientBuilder, ConfigError> {
    let builder = if is_loopback(base) {
        builder.no_proxy()
    } else {
        builder
    };
    let extra = match &config.ca_cert {
        Some(pem) => certificates(pem)?,
        None => Vec::new(),
    };
    Ok(if base.scheme() == "http" {
        builder.tls_certs_only(Vec::<Certificate>::new())
    } else if extra.is_empty() {
        builder.https_only(true)
    } else {
        builder.https_only(true).tls_certs_merge(extra)
    })
}

fn certificates(pem: &[u8]) -> Result<Vec<Certificate>, ConfigError> {
    match Certificate::from_pem_bundle(pem) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(ConfigError::CaCert),
    }
}
