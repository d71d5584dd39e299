//! Checking what was presented, with the same work whatever comes out.

use jiff::Timestamp;
use m2m_types::client_id::ClientId;
use m2m_types::client_secret::ClientSecret;
use m2m_types::names::SecretId;

use super::PresentedCredentials;
use crate::client::{Client, ClientState};
use crate::organization::Organization;
use crate::owner::Owner;
use crate::ports::{Directory, StoreError};
use crate::principals::{Inactive, active_principals};
use crate::secret::{SecretDigest, find_matching};

/// A client whose secret held, with the owner and the organization behind it, all of them active.
///
/// Only [`authenticate`] makes one, and a token is issued to nothing else.
#[derive(Debug)]
pub struct AuthenticatedClient {
    client: Client,
    owner: Owner,
    organization: Organization,
    secret: SecretId,
}

impl AuthenticatedClient {
    /// The client.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// On whose behalf it acts.
    pub fn owner(&self) -> &Owner {
        &self.owner
    }

    /// Its tenant.
    pub fn organization(&self) -> &Organization {
        &self.organization
    }

    /// Which of its secrets it used.
    pub fn secret(&self) -> &SecretId {
        &self.secret
    }
}

/// Why a client was not authenticated. For the log only: outside, all but the store are one answer.
///
/// A client is named only if it exists: people swap the two fields, and what might be a secret must not
/// reach the log.
#[derive(Debug, thiserror::Error)]
pub enum AuthenticationFailure {
    /// The id cannot be one of ours.
    #[error("the client_id is malformed")]
    MalformedClientId,
    /// The secret cannot be one of ours.
    #[error("the client_secret is malformed or its checksum does not hold")]
    MalformedSecret,
    /// There is no such client.
    #[error("the client does not exist")]
    UnknownClient,
    /// The secret is none of the client's live ones.
    #[error("the client_secret of {0} is wrong or has expired")]
    WrongSecret(ClientId),
    /// The client is deleted or being made.
    #[error("the client {0} is not active")]
    InactiveClient(ClientId),
    /// Nobody active stands behind the client.
    #[error("the client {0} has nobody active behind it")]
    InactivePrincipals(ClientId, #[source] Inactive),
    /// Nothing can be said.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl AuthenticationFailure {
    /// Which client it is about, if that exists.
    pub fn client_id(&self) -> Option<&ClientId> {
        match self {
            Self::WrongSecret(id) | Self::InactiveClient(id) | Self::InactivePrincipals(id, _) => {
                Some(id)
            }
            Self::MalformedClientId
            | Self::MalformedSecret
            | Self::UnknownClient
            | Self::Store(_) => None,
        }
    }
}

/// Authenticates a client by its secret.
///
/// Whatever is wrong with a well-formed pair, one read and one round of comparisons are made; a pair that
/// cannot be ours costs nothing. The principals of a client that is not remembered are read only after its
/// secret held.
///
/// # Errors
/// Why not.
pub async fn authenticate(
    directory: &dyn Directory,
    presented: &PresentedCredentials,
    now: Timestamp,
) -> Result<AuthenticatedClient, AuthenticationFailure> {
    let id = ClientId::parse(&*presented.unverified_client_id)
        .map_err(|_| AuthenticationFailure::MalformedClientId)?;
    let secret = ClientSecret::parse(presented.unverified_secret.expose())
        .map_err(|_| AuthenticationFailure::MalformedSecret)?;
    let digest = SecretDigest::of(&secret);

    let found = directory.find_client(&id).await?;
    let secrets = found
        .client
        .as_ref()
        .map_or(&[][..], |client| &client.secrets);
    let matching = find_matching(secrets, &digest, now).map(|secret| secret.id.clone());
    let client = found.client.ok_or(AuthenticationFailure::UnknownClient)?;
    let secret = matching.ok_or_else(|| AuthenticationFailure::WrongSecret(id.clone()))?;
    if client.state != ClientState::Active {
        return Err(AuthenticationFailure::InactiveClient(id));
    }
    let (owner, organization) = active_principals(directory, &client, found.principals)
        .await
        .map_err(|inactive| match inactive {
            Inactive::Store(error) => AuthenticationFailure::Store(error),
            inactive => AuthenticationFailure::InactivePrincipals(id, inactive),
        })?;
    Ok(AuthenticatedClient {
        client,
        owner,
        organization,
        secret,
    })
}
