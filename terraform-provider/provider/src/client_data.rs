//! `data "m2m_oauth_client"`.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use m2m_types::admin::client::ClientView;
use m2m_types::admin::secret::SecretView;
use m2m_types::client_id::ClientId;
use tfplugin::{Attr, Call, Configured, DataSource, Diagnostics, Found};

use crate::client::{ClientModel, newest, take_client, take_secret};
use crate::diagnose::failed;
use crate::interrupt::looking;
use crate::session::Session;
use crate::words::{shown, text, word};

tfplugin::model! {
    /// An M2M OAuth client that exists: all that can be seen of it, never its secret.
    pub struct ClientDataModel {
        /// The `client_id`.
        client_id: String = required().validate(text::<ClientId>()),
        /// What people call the client.
        name: String = computed(),
        /// What the client is for.
        description: String = computed(),
        /// What the client may ask for; null: all that its owner may.
        scopes: BTreeSet<String> = computed(),
        /// What the client gets when it asks for nothing; null: all of its scopes.
        default_scopes: BTreeSet<String> = computed(),
        /// What its tokens are for when it names no `resource`.
        default_audience: String = computed(),
        /// The grants it may use.
        grant_types: Vec<String> = computed(),
        /// How long the client's access tokens live, in seconds.
        access_token_ttl_seconds: i64 = computed(),
        /// Whether a delete is refused.
        deletion_protection: bool = computed(),
        /// Labels of the client.
        tags: BTreeMap<String, String> = computed(),
        /// Where the service keeps the secret's value.
        secret_storage: String = computed(),
        /// On whose behalf the client acts.
        owner: String = computed(),
        /// The tenant of the client.
        organization: String = computed(),
        /// The service that has the client.
        issuer: String = computed(),
        /// When the client was made (RFC 3339).
        created_at: String = computed(),
        /// When the client was last changed (RFC 3339).
        updated_at: String = computed(),
        /// When the client last got a token (RFC 3339, to the hour); null: not yet.
        last_used_at: String = computed(),
        /// Names the newest secret without being secret.
        secret_id: String = computed(),
        /// The last characters of the newest secret before its checksum.
        secret_hint: String = computed(),
        /// When the newest secret was made (RFC 3339).
        secret_created_at: String = computed(),
        /// When the newest secret stops working (RFC 3339); null: never.
        secret_expires_at: String = computed(),
        /// The AWS Secrets Manager secret that holds the newest secret; null: it is kept nowhere.
        secret_arn: String = computed(),
    }
}

/// The data source.
pub(crate) struct OauthClientData {
    session: Configured<Session>,
}

impl OauthClientData {
    pub(crate) fn new(session: Configured<Session>) -> Self {
        Self { session }
    }
}

#[async_trait]
impl DataSource for OauthClientData {
    type Model = ClientDataModel;

    async fn read(
        &self,
        call: &Call,
        config: ClientDataModel,
    ) -> Result<Found<ClientDataModel>, Diagnostics> {
        let session = self.session.get()?;
        let id = word(ClientId::parse(
            config.client_id.as_str().unwrap_or_default(),
        ))?;
        looking(call, find(&session, &id)).await.map(Found::new)
    }
}

async fn find(session: &Session, id: &ClientId) -> Result<ClientDataModel, Diagnostics> {
    let api = session.api().await?;
    let (client, secrets, me) =
        tokio::join!(api.get_client(id), api.list_secrets(id), session.me(api));
    let told = |error| failed(&format!("read the M2M OAuth client {id}"), &error);
    let client = client.map_err(told)?.body;
    let secrets = secrets.map_err(told)?;
    let issuer = shown(&me.map_err(told)?.issuer);
    Ok(data(&client, newest(&secrets), issuer))
}

/// The same attributes as the resource has, and those that only the service decides.
fn data(client: &ClientView, secret: Option<&SecretView>, issuer: Attr<String>) -> ClientDataModel {
    let mut shared = ClientModel::default();
    take_client(&mut shared, client);
    take_secret(&mut shared, secret);
    ClientDataModel {
        client_id: shared.client_id,
        name: shared.name,
        description: shared.description,
        scopes: shared.scopes,
        default_scopes: shared.default_scopes,
        default_audience: shown(&client.default_audience),
        grant_types: Attr::Known(client.grant_types.clone()),
        access_token_ttl_seconds: shared.access_token_ttl_seconds,
        deletion_protection: shared.deletion_protection,
        tags: shared
            .tags
            .is_null()
            .then(BTreeMap::new)
            .map_or(shared.tags, Attr::Known),
        secret_storage: shared.secret_storage,
        owner: shared.owner,
        organization: shared.organization,
        issuer,
        created_at: shared.created_at,
        updated_at: shared.updated_at,
        last_used_at: client.last_used_at.map(|time| time.to_string()).into(),
        secret_id: shared.secret_id,
        secret_hint: shared.secret_hint,
        secret_created_at: shared.secret_created_at,
        secret_expires_at: shared.secret_expires_at,
        secret_arn: shared.secret_arn,
    }
}
