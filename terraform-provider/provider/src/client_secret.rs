//! `ephemeral "m2m_oauth_client_secret"`.

use async_trait::async_trait;
use m2m_types::client_id::ClientId;
use m2m_types::names::SecretId;
use tfplugin::{Call, Configured, Diagnostic, Diagnostics, EphemeralResource, Opened, Secret};

use crate::client::newest;
use crate::diagnose::failed;
use crate::interrupt::looking;
use crate::session::Session;
use crate::words::{shown, text, word};

tfplugin::model! {
    /// The secret of an M2M OAuth client, for write-only arguments and other providers. It is in no
    /// state and no plan. The service logs each time that it is shown, and Terraform opens it in
    /// every plan and every apply.
    pub struct SecretModel {
        /// The client whose secret it is.
        client_id: String = required().validate(text::<ClientId>()),
        /// Which of its secrets; by default the newest.
        secret_id: String = optional_computed().validate(text::<SecretId>()),
        /// The secret.
        client_secret: Secret = computed(),
    }
}

/// The ephemeral resource.
pub(crate) struct OauthClientSecret {
    session: Configured<Session>,
}

impl OauthClientSecret {
    pub(crate) fn new(session: Configured<Session>) -> Self {
        Self { session }
    }
}

#[async_trait]
impl EphemeralResource for OauthClientSecret {
    type Model = SecretModel;

    async fn open(
        &self,
        call: &Call,
        config: SecretModel,
    ) -> Result<Opened<SecretModel>, Diagnostics> {
        let session = self.session.get()?;
        looking(call, reveal(&session, config))
            .await
            .map(Opened::new)
    }
}

async fn reveal(session: &Session, config: SecretModel) -> Result<SecretModel, Diagnostics> {
    let api = session.api().await?;
    let id = word(ClientId::parse(
        config.client_id.as_str().unwrap_or_default(),
    ))?;
    let told = |error| {
        failed(
            &format!("read the secret of the M2M OAuth client {id}"),
            &error,
        )
    };
    let secret_id = match config.secret_id.as_str() {
        Some(secret_id) => word(SecretId::parse(secret_id))?,
        None => match newest(&api.list_secrets(&id).await.map_err(told)?) {
            Some(secret) => secret.secret_id.clone(),
            None => return Err(no_secret(&id)),
        },
    };
    let revealed = api.reveal_secret(&id, &secret_id).await.map_err(told)?;
    Ok(SecretModel {
        client_id: shown(&id),
        secret_id: shown(&secret_id),
        client_secret: Secret::from(revealed.client_secret.expose()).into(),
    })
}

fn no_secret(id: &ClientId) -> Diagnostics {
    Diagnostic::error(
        format!("The M2M OAuth client {id} has no secret"),
        "All of its secrets have expired or were retired. Make a new one at the service.",
    )
    .into()
}
