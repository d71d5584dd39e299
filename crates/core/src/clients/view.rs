//! How a client is shown.

use jiff::Timestamp;
use m2m_types::admin::client::{ClientStatus, ClientView, RetiringAuthMethod};
use m2m_types::admin::secret::SecretView;
use m2m_types::names::SecretId;

use super::Clients;
use super::settings::{credentials_of, method_name, wire_grants};
use crate::client::{Client, ClientState, GrantType};
use crate::idempotency::Answered;
use crate::secret::Secret;

impl Clients {
    /// The answer that shows a client.
    pub(super) fn answered(&self, client: &Client) -> Answered<ClientView> {
        Answered {
            answer: self.view(client),
            revision: client.revision,
        }
    }

    /// A client as every call shows it.
    pub fn view(&self, client: &Client) -> ClientView {
        let (status, restorable_until) = shown(client.state);
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
            grants: wire_grants(client, &self.resource_servers),
            authorization_details_types: client
                .authorization_details_types
                .iter()
                .cloned()
                .collect(),
            grant_types: client
                .grant_types
                .iter()
                .map(|grant: &GrantType| grant.as_str().to_owned())
                .collect(),
            credentials: credentials_of(&client.auth.method),
            retiring_auth_method: self.retiring(client),
            dpop_bound_access_tokens: client.dpop_bound,
            tls_client_certificate_bound_access_tokens: client.certificate_bound,
            custom_claims: client.custom_claims.clone(),
            token_quota: client.token_quota,
            allowed_cidrs: client.allowed_cidrs.clone(),
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

    /// The method that was replaced, as long as it works.
    fn retiring(&self, client: &Client) -> Option<RetiringAuthMethod> {
        let retiring = client.auth.retiring.as_ref()?;
        (self.clock.now() < retiring.until).then(|| RetiringAuthMethod {
            token_endpoint_auth_method: method_name(&retiring.method),
            until: retiring.until,
        })
    }
}

/// A state as it is shown; who makes a client sees it before it is active.
fn shown(state: ClientState) -> (ClientStatus, Option<Timestamp>) {
    match state {
        ClientState::Deleted {
            restorable_until, ..
        } => (ClientStatus::Deleted, Some(restorable_until)),
        ClientState::Disabled => (ClientStatus::Disabled, None),
        ClientState::Active | ClientState::Pending | ClientState::Abandoned => {
            (ClientStatus::Active, None)
        }
    }
}

/// A client's live secrets as they are shown.
pub(super) fn secrets(client: &Client, now: Timestamp) -> Vec<SecretView> {
    let live = client.live_secrets(now);
    live.map(|secret| shown_secret(client, secret)).collect()
}

/// One of a client's secrets as it is shown, whether or not it works.
pub(super) fn secret(client: &Client, id: &SecretId) -> Option<SecretView> {
    let mut secrets = client.secrets.iter();
    let secret = secrets.find(|secret| secret.id == *id)?;
    Some(shown_secret(client, secret))
}

fn shown_secret(client: &Client, secret: &Secret) -> SecretView {
    SecretView {
        secret_id: secret.id.clone(),
        hint: secret.hint.clone(),
        created_at: secret.created_at,
        expires_at: secret.expires_at,
        last_used_at: client.last_used.get(&secret.id).copied(),
        secret_arn: secret.arn.clone(),
    }
}
