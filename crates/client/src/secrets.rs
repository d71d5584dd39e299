//! `/v1/clients/{id}/secrets`: the secrets of a client.

use m2m_types::admin::page::Page;
use m2m_types::admin::scopes::ManagementScope::{ClientsRead, ClientsReveal};
use m2m_types::admin::secret::{RevealedSecret, SecretView};
use m2m_types::client_id::ClientId;
use m2m_types::names::SecretId;
use reqwest::Method;

use crate::api::Api;
use crate::clients::client_path;
use crate::error::Error;

impl Api {
    /// What is known of a client's live secrets, never their values.
    ///
    /// # Errors
    /// [`Error`] says which.
    pub async fn list_secrets(&self, id: &ClientId) -> Result<Vec<SecretView>, Error> {
        let path = format!("{}/secrets", client_path(id));
        let call = self.call(Method::GET, &path, ClientsRead);
        Ok(self.fetch::<Page<SecretView>>(&call).await?.body.items)
    }

    /// The value of a secret; the service logs that it was shown.
    ///
    /// # Errors
    /// [`Error`] says which.
    pub async fn reveal_secret(
        &self,
        id: &ClientId,
        secret_id: &SecretId,
    ) -> Result<RevealedSecret, Error> {
        let path = format!("{}/secrets/{secret_id}/value", client_path(id));
        let call = self.call(Method::GET, &path, ClientsReveal).delegating();
        Ok(self.fetch(&call).await?.body)
    }
}
