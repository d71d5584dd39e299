//! Documents that others publish: fetched when they are needed, kept for a while.

mod documents;
mod entry;
mod keys;
mod metadata;

use std::time::Duration;

use async_trait::async_trait;
use url::Url;

pub use documents::{RemoteDocument, RemoteDocuments};
pub use entry::{COOLDOWN, KEEP_LAST_GOOD, Unavailable};
pub use keys::{KeyNotFound, RemoteKeys};
pub use metadata::OpenIdMetadata;

/// A document as it was fetched.
#[derive(Debug, Clone)]
pub struct Document {
    /// Its bytes, of a bounded number.
    pub body: Vec<u8>,
    /// How long whoever publishes it lets others keep it; none: nothing is said.
    pub max_age: Option<Duration>,
}

/// Why a document could not be had. For the log and the operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchFailed {
    /// It was tried, and not again before the cooldown is over.
    #[error("{0}")]
    Failed(String),
    /// This process was too busy to try: whoever publishes it is not to blame.
    #[error("{0}")]
    NotTried(String),
}

/// Fetches what others publish. What it may reach, how large it may be and how long it may take is decided there.
#[async_trait]
pub trait FetchDocument: Send + Sync {
    /// The document under a URL.
    async fn fetch(&self, url: &Url) -> Result<Document, FetchFailed>;
}
