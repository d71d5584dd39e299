//! How a client is shown.

use m2m_types::admin::client::{ClientStatus, ClientView};
use m2m_types::admin::secret::SecretView;

use super::Clients;
use crate::client::{Client, ClientState, GrantType};

impl Clients {
    /// A client as every call shows it.
    pub fn view(&self, client: &Client) -> ClientView {
        let (status, restorable_until) = match client.state {
            ClientState::Deleted { restorable_until } => {
                (ClientStatus::Deleted, Some(restorable_until))
            }
            ClientState::Disabled => (ClientStatus::Disabled, None),
            ClientState::Active | ClientState::Pending | ClientState::Abandoned => {
                (ClientStatus::Active, None)
            }
        };
        ClientView {
            client_id: client.id.clone(),
            name: client.name.clone(),
            description: client.description.clone(),
            owner: client.owner.clone(),
            organization: client.organization.clone(),
            status,
            scopes: client.scopes.clone(),
            default_scopes: client.default_scopes.clone(),
            default_audience: self
                .resource_servers
                .audience_of(&client.default_audience)
                .clone(),
            grant_types: client
                .grant_types
                .iter()
                .map(|grant: &GrantType| grant.as_str().to_owned())
                .collect(),
            token_endpoint_auth_method: "client_secret_basic".to_owned(),
            access_token_ttl_seconds: client.access_token_ttl,
            deletion_protection: client.deletion_protection,
            tags: client.tags.clone(),
            secret_storage: client.secret_storage,
            created_at: client.created_at,
            updated_at: client.updated_at,
            last_used_at: client.last_used_at(),
            restorable_until,
        }
    }
}

/// A client's live secrets as they are shown.
pub(super) fn secrets(client: &Client, now: jiff::Timestamp) -> Vec<SecretView> {
    let live = client.secrets.iter().filter(|secret| secret.is_live(now));
    live.map(|secret| SecretView {
        secret_id: secret.id.clone(),
        hint: secret.hint.clone(),
        created_at: secret.created_at,
        expires_at: secret.expires_at,
        last_used_at: client.last_used.get(&secret.id).copied(),
        secret_arn: secret.arn.clone(),
    })
    .collect()
}
