//! What the service says of itself and of the caller.

use m2m_types::admin::me::Me;
use m2m_types::admin::scopes::ManagementScope::ClientsRead;
use m2m_types::metadata::{AuthorizationServerMetadata, paths};
use reqwest::{Method, Request};
use serde::de::DeserializeOwned;

use crate::api::Api;
use crate::error::Error;
use crate::retry::with_retries;

impl Api {
    /// Who the caller is, and which service answers.
    ///
    /// # Errors
    /// [`Error`] says which.
    pub async fn me(&self) -> Result<Me, Error> {
        let call = self.call(Method::GET, "/me", ClientsRead);
        Ok(self.fetch(&call).await?.body)
    }

    /// The authorization server metadata (RFC 8414); takes no credentials.
    ///
    /// # Errors
    /// [`Error`] says which.
    pub async fn authorization_server_metadata(
        &self,
    ) -> Result<AuthorizationServerMetadata, Error> {
        self.public(paths::AUTHORIZATION_SERVER).await
    }

    /// The public keys (RFC 7517 §5), as they stand; takes no credentials.
    ///
    /// # Errors
    /// [`Error`] says which.
    pub async fn jwks(&self) -> Result<serde_json::Value, Error> {
        self.public(paths::JWKS).await
    }

    async fn public<T: DeserializeOwned>(&self, path: &str) -> Result<T, Error> {
        let answer = with_retries(self.max_retries, || async {
            let request = Request::new(Method::GET, self.transport.url(path));
            self.attempt(request, true, &self.redactor).await
        })
        .await?;
        self.successful(answer)?.json(self.endpoint())
    }
}
