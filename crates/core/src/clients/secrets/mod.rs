//! The secrets of a client: looking at them, and letting one take another's place.

mod add;
mod change;
mod in_use;
mod progress;
mod settle;

use jiff::{SignedDuration, Timestamp};
use m2m_types::admin::scopes::ManagementScope;
use m2m_types::admin::secret::{RevealedSecret, SecretView};
use m2m_types::client_id::ClientId;
use m2m_types::names::SecretId;
use m2m_types::problem::FieldError;
use tracing::info;

pub use change::Retirement;
pub use in_use::InUsePeriod;

use super::credentials_change::MAX_OVERLAP_SECONDS;
use super::{Clients, ClientsError, view};
use crate::caller::Caller;
use crate::client::Client;
use crate::idempotency::Answered;
use crate::secret::Secret;

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
        let client = self.find_readable(caller, id).await?;
        Ok(view::secrets(&client, self.clock.now()))
    }

    /// One live secret of a client, without its value, and the client's revision.
    ///
    /// # Errors
    /// As [`Clients::secrets`], or there is no such secret.
    pub async fn secret(
        &self,
        caller: &Caller,
        id: &ClientId,
        secret: &SecretId,
    ) -> Result<Answered<SecretView>, ClientsError> {
        caller.require(ManagementScope::ClientsRead)?;
        let client = self.find_readable(caller, id).await?;
        check_live(&client, secret, self.clock.now())?;
        answered(&client, secret)
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
        let client = self.find_readable(caller, id).await?;
        if client.owner != caller.owner().id {
            return Err(ClientsError::OwnerOnly);
        }
        // Who sees a stronger client's secret has become stronger.
        caller.require_no_stronger(client.scopes.as_ref(), &client.authorization_details_types)?;
        check_live(&client, secret, self.clock.now())?;
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

impl Clients {
    /// A client whose secrets the caller may change: whoever lets somebody be a stronger client has become stronger.
    async fn find_to_rekey(&self, caller: &Caller, id: &ClientId) -> Result<Client, ClientsError> {
        caller.require(ManagementScope::ClientsWrite)?;
        let client = self.find_visible(caller, id).await?;
        caller.require_no_stronger(client.scopes.as_ref(), &client.authorization_details_types)?;
        Ok(client)
    }
}

/// The client with other secrets.
fn with_secrets(present: &Client, secrets: Vec<Secret>, now: Timestamp) -> Client {
    Client {
        secrets,
        updated_at: now,
        revision: present.revision.next(),
        ..present.clone()
    }
}

/// The secrets that work.
fn live(client: &Client, now: Timestamp) -> Vec<Secret> {
    client.live_secrets(now).cloned().collect()
}

/// The answer that shows a secret, which may just have ended.
fn answered(client: &Client, id: &SecretId) -> Result<Answered<SecretView>, ClientsError> {
    let answer = view::secret(client, id).ok_or(ClientsError::SecretNotFound)?;
    Ok(Answered {
        answer,
        revision: client.revision,
    })
}

fn check_live(client: &Client, id: &SecretId, now: Timestamp) -> Result<(), ClientsError> {
    let mut live = client.live_secrets(now);
    if live.any(|secret| secret.id == *id) {
        Ok(())
    } else {
        Err(ClientsError::SecretNotFound)
    }
}

/// The end of an overlap that begins now.
fn overlap_end(seconds: u32, now: Timestamp) -> Result<Timestamp, ClientsError> {
    if seconds > MAX_OVERLAP_SECONDS {
        let detail = format!("must be 0 to {MAX_OVERLAP_SECONDS} seconds");
        return Err(invalid("/overlap_seconds", detail));
    }
    Ok(now + SignedDuration::from_secs(seconds.into()))
}

/// The end of a secret, which may not have passed.
fn is_later(end: Timestamp, now: Timestamp) -> Result<Timestamp, ClientsError> {
    if end > now {
        return Ok(end);
    }
    let detail = "must be later than now; to end a secret at once, retire it by DELETE";
    Err(invalid("/expires_at", detail))
}

fn invalid(pointer: &str, detail: impl ToString) -> ClientsError {
    ClientsError::Invalid(vec![FieldError::new(pointer, detail)])
}
