//! Fetching what others publish.

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
