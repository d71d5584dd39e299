//! The issuer's published keys, and where they and the snapshot are.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use m2m_jose::{
    Document, FetchDocument, FetchFailed, Header, KeyNotFound, PublicKey, RemoteDocument,
    RemoteDocuments, RemoteKeys,
};
use m2m_types::issuer::Issuer;
use serde::Deserialize;
use url::Url;

use crate::error::Unavailable;
use crate::fetch::Fetch;

/// The parts of the issuer's metadata (RFC 8414 §2) that are used.
#[derive(Debug, Clone, Deserialize)]
struct Metadata {
    issuer: String,
    jwks_uri: Url,
    /// Ours; an issuer that does not say it has it at its usual place.
    revocations_uri: Option<Url>,
}

impl RemoteDocument for Metadata {
    fn parse(body: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(body).map_err(|error| error.to_string())
    }
}

/// Where the issuer publishes what is needed, as far as it was said.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    pub(crate) issuer: Issuer,
    pub(crate) metadata: Url,
    pub(crate) jwks: Option<Url>,
    pub(crate) snapshot: Option<Url>,
}

/// The keys by their ids, read when they are needed.
pub(crate) struct Keys {
    places: Places,
    metadata: RemoteDocuments<Metadata>,
    keys: RemoteKeys,
}

impl Keys {
    pub(crate) fn new(places: Places, fetch: &Arc<dyn Fetch>) -> Self {
        let fetch: Arc<dyn FetchDocument> = Arc::new(Whole(Arc::clone(fetch)));
        Self {
            places,
            metadata: RemoteDocuments::new(Arc::clone(&fetch)),
            keys: RemoteKeys::new(fetch),
        }
    }

    /// Whose they are.
    pub(crate) fn issuer(&self) -> &Issuer {
        &self.places.issuer
    }

    /// The key for a token with this header; none: it is not published, or was not when it was last asked for.
    pub(crate) async fn find(
        &self,
        header: &Header,
        now: Timestamp,
    ) -> Result<Option<Arc<PublicKey>>, Unavailable> {
        let url = match &self.places.jwks {
            Some(url) => url.clone(),
            None => self.metadata(now).await?.jwks_uri,
        };
        match self.keys.find(&url, header, now).await {
            Ok(key) => Ok(Some(key)),
            Err(KeyNotFound::Unknown(_)) => Ok(None),
            Err(KeyNotFound::Unavailable(unavailable)) => Err(Unavailable::Keys(unavailable)),
        }
    }

    /// Where the snapshot is.
    pub(crate) async fn snapshot_url(&self, now: Timestamp) -> Result<Url, Unavailable> {
        let said = match (&self.places.snapshot, &self.places.jwks) {
            (Some(url), _) => Some(url.clone()),
            (None, Some(_)) => None,
            (None, None) => self.metadata(now).await?.revocations_uri,
        };
        said.map_or_else(|| Ok(self.usual_snapshot_url()), Ok)
    }

    fn usual_snapshot_url(&self) -> Url {
        let mut url = self.places.metadata.clone();
        url.set_path("/.well-known/revocations");
        url
    }

    async fn metadata(&self, now: Timestamp) -> Result<Metadata, Unavailable> {
        let url = &self.places.metadata;
        let metadata = self.metadata.current(url, now).await;
        let metadata = metadata.map_err(Unavailable::Keys)?;
        self.check(&metadata).map_err(|reason| {
            Unavailable::Keys(m2m_jose::Unavailable {
                url: url.to_string(),
                reason: reason.to_owned(),
            })
        })?;
        Ok(Metadata::clone(&metadata))
    }

    /// RFC 8414 §3.3: `issuer` is equal to the byte, or somebody else's keys would be believed. Only an issuer without TLS,
    /// which is on this machine, may name URLs without.
    fn check(&self, metadata: &Metadata) -> Result<(), &'static str> {
        if metadata.issuer != self.places.issuer.as_str() {
            return Err("it is another issuer's metadata");
        }
        let scheme = self.places.metadata.scheme();
        let mut named = [Some(&metadata.jwks_uri), metadata.revocations_uri.as_ref()]
            .into_iter()
            .flatten();
        if named.all(|url| ["https", scheme].contains(&url.scheme())) {
            Ok(())
        } else {
            Err("it names a URL without TLS")
        }
    }
}

/// Whole documents, without an `ETag`.
struct Whole(Arc<dyn Fetch>);

#[async_trait]
impl FetchDocument for Whole {
    async fn fetch(&self, url: &Url) -> Result<Document, FetchFailed> {
        let fetched = self.0.fetch(url, None).await;
        let fetched = fetched.map_err(|error| FetchFailed::Failed(error.to_string()))?;
        Ok(Document {
            body: fetched.body.unwrap_or_default(),
            // Five minutes, as the issuer's own Cache-Control says.
            max_age: None,
        })
    }
}
