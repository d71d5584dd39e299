//! Keys that somebody publishes.

use std::sync::Arc;

use jiff::Timestamp;
use url::Url;

use super::documents::{RemoteDocument, RemoteDocuments};
use super::{FetchDocument, Unavailable};
use crate::header::Header;
use crate::public_key::PublicKey;
use crate::public_keys::PublicKeys;

/// Why there is no key for a token. The texts are for the log only.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyNotFound {
    /// There is none that fits, or for a token without `kid` not exactly one of its algorithm.
    #[error("no key of {0} fits")]
    Unknown(String),
    /// The keys cannot be had.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
}

/// Key sets by their URLs, with everything that [`RemoteDocuments`] promises: a flood of unknown `kid` values costs
/// one fetch per cooldown.
pub struct RemoteKeys(RemoteDocuments<PublicKeys>);

impl RemoteDocument for PublicKeys {
    fn parse(body: &[u8]) -> Result<Self, String> {
        Self::published(body).map_err(|invalid| invalid.to_string())
    }
}

impl RemoteKeys {
    /// Nothing is fetched yet.
    pub fn new(fetch: Arc<dyn FetchDocument>) -> Self {
        Self(RemoteDocuments::new(fetch))
    }

    /// The key under a URL for a token with this header. Keys that are not known yet are looked for once more.
    ///
    /// # Errors
    /// There is none, or nobody can say.
    pub async fn find(
        &self,
        url: &Url,
        header: &Header,
        now: Timestamp,
    ) -> Result<Arc<PublicKey>, KeyNotFound> {
        self.find_by(url, |keys| keys.find(header).cloned(), now)
            .await
    }

    /// The same for whoever knows the key in another way than by a token's header.
    ///
    /// # Errors
    /// There is none, or nobody can say.
    pub async fn find_where(
        &self,
        url: &Url,
        is_it: impl Fn(&PublicKey) -> bool,
        now: Timestamp,
    ) -> Result<Arc<PublicKey>, KeyNotFound> {
        let find = |keys: &PublicKeys| keys.iter().find(|key| is_it(key)).cloned();
        self.find_by(url, find, now).await
    }

    async fn find_by(
        &self,
        url: &Url,
        find: impl Fn(&PublicKeys) -> Option<Arc<PublicKey>>,
        now: Timestamp,
    ) -> Result<Arc<PublicKey>, KeyNotFound> {
        let keys = self.0.current(url, now).await?;
        if let Some(key) = find(&keys) {
            return Ok(key);
        }
        let newer = self.0.newer_than(&keys, url, now).await?;
        find(&newer).ok_or_else(|| KeyNotFound::Unknown(url.to_string()))
    }
}
