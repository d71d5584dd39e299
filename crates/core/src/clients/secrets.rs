//! Looking at the secrets of a client.

use m2m_types::admin::scopes::ManagementScope;
use m2m_types::admin::secret::{RevealedSecret, SecretView};
use m2m_types::client_id::ClientId;
use m2m_types::names::SecretId;
use tracing::info;

use super::{Clients, ClientsError, view};
use crate::caller::Caller;

impl Clients {
    /// The live secrets of a client, without their values.
    ///
    /// # Errors
    /// The caller may not read clients, or there is none of that id among theirs.
    pub async fn secrets(
        &self,
        caller: &Caller,
        id: &ClientId,
    ) -> Result<Vec<SecretView>, ClientsError> {
        caller.require(ManagementScope::ClientsRead)?;
        let client = self.find_visible(caller, id).await?;
        Ok(view::secrets(&client, self.clock.now()))
    }

    /// The value of a live secret. It has a scope of its own and is for the owner only.
    ///
    /// # Errors
    /// The caller may not see secrets, there is no such secret, or its value is not kept.
    pub async fn reveal(
        &self,
        caller: &Caller,
        id: &ClientId,
        secret: &SecretId,
    ) -> Result<RevealedSecret, ClientsError> {
        caller.require(ManagementScope::ClientsReveal)?;
        let client = self.find_visible(caller, id).await?;
        // Who sees a stronger client's secret has become stronger.
        caller.require_no_stronger(client.scopes.as_ref())?;
        let now = self.clock.now();
        let is_live = client.live_secrets(now).any(|kept| kept.id == *secret);
        if !is_live {
            return Err(ClientsError::SecretNotFound);
        }
        let kept = self
            .values
            .find(id, secret)
            .await?
            .ok_or(ClientsError::ValueNotKept)?;
        info!(client_id = %id, secret_id = %secret, by = %caller.actor(), "secret revealed");
        Ok(RevealedSecret {
            secret_id: secret.clone(),
            client_secret: kept.value,
        })
    }
}
