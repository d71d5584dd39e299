//! `/v1/clients/{id}/secrets`: the secrets of a client.

use m2m_types::admin::page::Page;
use m2m_types::admin::scopes::ManagementScope::{ClientsRead, ClientsReveal, ClientsWrite};
use m2m_types::admin::secret::{
    AddedSecret, NewSecret, RevealedSecret, SecretRotation, SecretView,
};
use m2m_types::client_id::ClientId;
use m2m_types::idempotency_key::IdempotencyKey;
use m2m_types::names::SecretId;
use reqwest::{Method, StatusCode};

use crate::api::Api;
use crate::clients::client_path;
use crate::error::Error;

/// How to end a secret.
#[derive(Debug, Clone, Copy, Default)]
pub struct RetireSecret {
    /// At once, also if programs use it.
    pub force: bool,
    /// After so many seconds.
    pub overlap_seconds: Option<u32>,
}

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

    /// Makes a further secret beside the one that works. The key makes a repetition find the same one.
    ///
    /// # Errors
    /// [`Error::Conflict`] of kind `two-secrets`; [`Error`] says what else.
    pub async fn add_secret(
        &self,
        id: &ClientId,
        new: &NewSecret,
        key: &IdempotencyKey,
    ) -> Result<AddedSecret, Error> {
        let path = format!("{}/secrets", client_path(id));
        let call = self
            .call(Method::POST, &path, ClientsWrite)
            .body("application/json", new)
            .idempotency_key(key)
            .delegating();
        Ok(self.fetch(&call).await?.body)
    }

    /// Takes a rotation back: the new secret ends, the one before has its former end again.
    ///
    /// # Errors
    /// [`Error::Conflict`] of kind `nothing-to-cancel`; [`Error`] says what else.
    pub async fn cancel_secret(
        &self,
        id: &ClientId,
        secret_id: &SecretId,
        key: &IdempotencyKey,
    ) -> Result<SecretView, Error> {
        let path = format!("{}/secrets/{secret_id}/cancel", client_path(id));
        let call = self
            .call(Method::POST, &path, ClientsWrite)
            .idempotency_key(key)
            .delegating();
        Ok(self.fetch(&call).await?.body)
    }

    /// Ends a secret: at once if nobody uses it, otherwise by force or after an overlap.
    ///
    /// # Errors
    /// [`Error::Conflict`] of kind `secret-in-use`; [`Error::NotFound`] when it has ended already; [`Error`] says
    /// what else.
    pub async fn retire_secret(
        &self,
        id: &ClientId,
        secret_id: &SecretId,
        retirement: &RetireSecret,
    ) -> Result<(), Error> {
        let path = format!("{}/secrets/{secret_id}", client_path(id));
        let mut call = self.call(Method::DELETE, &path, ClientsWrite).delegating();
        if retirement.force {
            call.url.query_pairs_mut().append_pair("force", "true");
        }
        if let Some(seconds) = retirement.overlap_seconds {
            let seconds = seconds.to_string();
            call.url
                .query_pairs_mut()
                .append_pair("overlap_seconds", &seconds);
        }
        let answer = self.run(&call).await?;
        if answer.status == StatusCode::NO_CONTENT {
            Ok(())
        } else {
            Err(self.protocol(&answer.outline(&self.redactor)))
        }
    }

    /// Whether the older of two secrets can go, and why.
    ///
    /// # Errors
    /// [`Error`] says which.
    pub async fn secret_rotation(&self, id: &ClientId) -> Result<SecretRotation, Error> {
        let path = format!("{}/secrets/rotation", client_path(id));
        let call = self.call(Method::GET, &path, ClientsRead);
        Ok(self.fetch(&call).await?.body)
    }
}
