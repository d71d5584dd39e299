//! Fetching what others publish.

use std::sync::Arc;

use async_trait::async_trait;
use m2m_jose::{Document, FetchFailed};
use url::Url;

pub use m2m_jose::FetchDocument;

/// For programs that authenticate nobody whose keys have to be fetched.
#[derive(Debug, Clone, Copy, Default)]
pub struct NothingFetched;

#[async_trait]
impl FetchDocument for NothingFetched {
    async fn fetch(&self, _: &Url) -> Result<Document, FetchFailed> {
        Err(FetchFailed::Failed(
            "this program fetches nothing".to_owned(),
        ))
    }
}

/// For a program that publishes a document itself, which is had from it without a request.
pub struct OwnDocument {
    /// Under which URL.
    pub url: String,
    /// Its bytes.
    pub body: Vec<u8>,
    /// Who fetches all others.
    pub otherwise: Arc<dyn FetchDocument>,
}

#[async_trait]
impl FetchDocument for OwnDocument {
    async fn fetch(&self, url: &Url) -> Result<Document, FetchFailed> {
        if url.as_str() != self.url {
            return self.otherwise.fetch(url).await;
        }
        Ok(Document {
            body: self.body.clone(),
            max_age: None,
        })
    }
}
