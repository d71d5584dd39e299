//! The keys of issuers outside this service, found by what they say about themselves.

use std::sync::Arc;

use jiff::Timestamp;
use m2m_jose::{
    Header, KeyNotFound, OpenIdMetadata, PublicKey, RemoteDocuments, RemoteKeys, Unavailable,
};
use url::Url;

/// Why there is no key for a token of an issuer.
#[derive(Debug, thiserror::Error)]
pub enum NoIssuerKey {
    /// Nobody knows where the issuer's keys are.
    #[error("there is no jwks_uri, and the issuer is no https URL that has metadata")]
    NoMetadata,
    /// The issuer's metadata cannot be had.
    #[error("the issuer's metadata cannot be had")]
    Metadata(#[from] Unavailable),
    /// OpenID Connect Discovery 1.0 §4.3.
    #[error("the issuer's metadata names another issuer")]
    OtherIssuer,
    /// The published keys do not have it, or cannot be had.
    #[error(transparent)]
    Key(#[from] KeyNotFound),
}

/// The keys that outside issuers publish.
pub struct IssuerKeys {
    /// What they say about themselves.
    pub metadata: RemoteDocuments<OpenIdMetadata>,
    /// Their keys, and those that clients publish.
    pub remote_keys: Arc<RemoteKeys>,
}

impl IssuerKeys {
    /// The key for a token with this header. Without a `jwks_uri` the issuer's metadata tells where its keys are.
    ///
    /// # Errors
    /// There is none, or nobody can say.
    pub async fn find(
        &self,
        issuer: &str,
        jwks_uri: Option<&str>,
        header: &Header,
        now: Timestamp,
    ) -> Result<Arc<PublicKey>, NoIssuerKey> {
        let url = match jwks_uri {
            Some(url) => Url::parse(url).map_err(|_| NoIssuerKey::NoMetadata)?,
            None => self.jwks_uri_of(issuer, now).await?,
        };
        Ok(self.remote_keys.find(&url, header, now).await?)
    }

    async fn jwks_uri_of(&self, issuer: &str, now: Timestamp) -> Result<Url, NoIssuerKey> {
        let url = OpenIdMetadata::url_of(issuer).ok_or(NoIssuerKey::NoMetadata)?;
        let metadata = self.metadata.current(&url, now).await?;
        if metadata.issuer == issuer {
            Ok(metadata.jwks_uri.clone())
        } else {
            Err(NoIssuerKey::OtherIssuer)
        }
    }
}
