//! What has to be known before the first call.

use std::time::Duration;

use m2m_types::InvalidText;
use m2m_types::issuer::Issuer;
use m2m_types::trace_parent::TraceParent;

use crate::identity::Identity;

/// The settings of an [`Api`](crate::Api).
#[derive(Debug, Clone)]
pub struct Config {
    /// The issuer of the service; https, or plain http to a loopback address.
    pub endpoint: Issuer,
    /// Who calls.
    pub identity: Identity,
    /// Further certificate authorities in PEM, trusted beside those of the system.
    pub ca_cert: Option<Vec<u8>>,
    /// How long one attempt of a call may take, connecting included.
    pub request_timeout: Duration,
    /// How often a call is repeated after the first attempt.
    pub max_retries: usize,
    /// The `User-Agent` header.
    pub user_agent: String,
    /// The trace that the calls belong to, sent as `traceparent`.
    pub trace_parent: Option<TraceParent>,
}

impl Config {
    /// How long one attempt may take unless said otherwise.
    pub const DEFAULT_REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
    /// How often a call is repeated unless said otherwise.
    pub const DEFAULT_MAX_RETRIES: usize = 4;

    /// The defaults for an endpoint and an identity.
    pub fn new(endpoint: Issuer, identity: impl Into<Identity>) -> Self {
        Self {
            endpoint,
            identity: identity.into(),
            ca_cert: None,
            request_timeout: Self::DEFAULT_REQUEST_TIMEOUT,
            max_retries: Self::DEFAULT_MAX_RETRIES,
            user_agent: concat!("m2m-client/", env!("CARGO_PKG_VERSION")).to_owned(),
            trace_parent: None,
        }
    }
}

/// Why a client could not be made of the settings.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The endpoint is no bare https origin.
    #[error(transparent)]
    Endpoint(#[from] InvalidText),
    /// The text is not a list of PEM certificates.
    #[error("the CA certificate must be a file of one or more PEM certificates")]
    CaCert,
    /// The request timeout is zero.
    #[error("the request timeout must be longer than zero")]
    RequestTimeout,
    /// The HTTP client could not be made of these settings.
    #[error("the HTTP client cannot be set up: {0}")]
    Transport(String),
}
