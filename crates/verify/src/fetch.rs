//! Reading what the issuer publishes.

use std::time::Duration;

use async_trait::async_trait;
use url::Url;

/// What was read.
#[derive(Debug, Clone, Default)]
pub struct Fetched {
    /// The body; none: what has that `ETag` is still what there is (304).
    pub body: Option<Vec<u8>>,
    /// The `ETag` of the body.
    pub etag: Option<String>,
    /// How long it had been in somebody's cache: the header `Age` (RFC 9111 §5.1).
    pub age: Duration,
}

/// Reads a document by `GET`. The default is HTTPS by `reqwest`; another one serves tests, and places that have a proxy or a
/// client of their own.
///
/// It follows no redirect, gives up after a few seconds, and bounds what it reads.
#[async_trait]
pub trait Fetch: Send + Sync {
    /// Reads the document at `url`, with `If-None-Match` if there is an `etag`.
    ///
    /// # Errors
    /// There is no answer, or one that is neither 200 nor 304.
    async fn fetch(&self, url: &Url, etag: Option<&str>) -> Result<Fetched, FetchError>;
}

/// Why a document could not be had, for the log. Says nothing of any token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FetchError(pub String);
