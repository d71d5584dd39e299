//! Checking what was presented, with the same work whatever comes out.

use jiff::Timestamp;
use m2m_types::client_id::ClientId;
use m2m_types::client_secret::ClientSecret;
use m2m_types::names::SecretId;

use super::PresentedCredentials;
use crate::client::{Client, ClientState};
use crate::organization::Organization;
use crate::owner::Owner;
use crate::ports::{Directory, Principals, StoreError};
use crate::secret::SecretDigest;

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
    #[error("the client_secret is wrong or has expired")]
    WrongSecret,
    /// The client is deleted or being made.
    #[error("the client is not active")]
    InactiveClient,
    /// The owner is switched off or gone.
    #[error("the client's owner is not active")]
    InactiveOwner,
    /// The organization is switched off or gone.
    #[error("the client's organization is not active")]
    InactiveOrganization,
    /// Nothing can be said.
    #[error(transparent)]
    Store(#[from] StoreError),
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
    let matching = match &found.client {
        Some(client) => client
            .matching_secret(&digest, now)
            .map(|secret| secret.id.clone()),
        None => {
            // The comparison that a known client would have cost.
            SecretDigest::OF_NOTHING.matches(&digest);
            None
        }
    };
    let client = found.client.ok_or(AuthenticationFailure::UnknownClient)?;
    let secret = matching.ok_or(AuthenticationFailure::WrongSecret)?;
    if client.state != ClientState::Active {
        return Err(AuthenticationFailure::InactiveClient);
    }
    let Principals {
        owner,
        organization,
    } = match found.principals {
        Some(principals) => principals,
        None => {
            directory
                .find_principals(&client.owner, &client.organization)
                .await?
        }
    };
    let owner = owner
        .filter(|owner| owner.active)
        .ok_or(AuthenticationFailure::InactiveOwner)?;
    let organization = organization
        .filter(|organization| organization.active)
        .ok_or(AuthenticationFailure::InactiveOrganization)?;
    Ok(AuthenticatedClient {
        client,
        owner,
        organization,
        secret,
    })
}
