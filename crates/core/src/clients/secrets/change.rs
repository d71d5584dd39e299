//! Another end for a secret: later, sooner, at once, or as it was before a rotation.

use jiff::Timestamp;
use m2m_types::admin::patch::Patch;
use m2m_types::admin::secret::{PatchSecret, SecretView};
use m2m_types::client_id::ClientId;
use m2m_types::names::SecretId;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tracing::info;

use super::{answered, check_live, is_later, live, overlap_end, with_secrets};
use crate::caller::Caller;
use crate::client::Client;
use crate::clients::update::{check_expected, contended};
use crate::clients::{Clients, ClientsError};
use crate::idempotency::{Answered, Conditions};
use crate::ports::WriteOutcome;
use crate::revision::{ATTEMPTS, Precondition};
use crate::secret::Secret;
use crate::secret::rotation::{cancelled, ending, retired};

/// How a secret is retired.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Retirement {
    /// At once, also if programs use it.
    pub force: bool,
    /// After so many seconds, at most 30 days.
    pub overlap_seconds: Option<u32>,
}

impl Clients {
    /// Gives a live secret another end.
    ///
    /// # Errors
    /// The caller may not, or not for a client that strong; there is no such secret; the end has passed; or the
    /// precondition does not hold.
    pub async fn patch_secret(
        &self,
        caller: &Caller,
        id: &ClientId,
        secret: &SecretId,
        patch: &PatchSecret,
        precondition: &Precondition,
    ) -> Result<Answered<SecretView>, ClientsError> {
        let patched = |client: &Client, now: Timestamp| {
            let end = match patch.expires_at {
                Patch::Absent => return Ok(live(client, now)),
                Patch::Null => None,
                Patch::Value(end) => Some(is_later(end, now)?),
            };
            Ok(ending(live(client, now), secret, end))
        };
        let shown = |client: &Client| answered(client, secret);
        let expected = unrepeated(precondition);
        self.change_secret(caller, (id, secret), &expected, patched, shown)
            .await
    }

    /// Ends a secret: at once if nobody uses it any more, otherwise by force or after an overlap.
    ///
    /// # Errors
    /// As [`Clients::patch_secret`], or it is in use.
    pub async fn retire_secret(
        &self,
        caller: &Caller,
        id: &ClientId,
        secret: &SecretId,
        retirement: Retirement,
        precondition: &Precondition,
    ) -> Result<(), ClientsError> {
        let ended = |client: &Client, now: Timestamp| {
            let seconds = retirement.overlap_seconds;
            let end = seconds
                .map(|seconds| overlap_end(seconds, now))
                .transpose()?;
            if end.is_none_or(|end| end <= now) && !retirement.force {
                self.check_unused(client, secret, now)?;
            }
            Ok(retired(live(client, now), secret, end))
        };
        let expected = unrepeated(precondition);
        self.change_secret(caller, (id, secret), &expected, ended, |_| Ok(()))
            .await?;
        info!(client_id = %id, secret_id = %secret, by = %caller.actor(), "secret retired");
        Ok(())
    }

    /// Takes a rotation back: the new secret ends at once, the one before gets the end that it had.
    ///
    /// # Errors
    /// As [`Clients::patch_secret`], or there is no rotation that could be taken back.
    pub async fn cancel_secret(
        &self,
        caller: &Caller,
        id: &ClientId,
        secret: &SecretId,
        conditions: &Conditions,
    ) -> Result<Answered<SecretView>, ClientsError> {
        let former = |client: &Client, now: Timestamp| {
            cancelled(live(client, now), secret).ok_or(ClientsError::NothingToCancel)
        };
        let shown = |client: &Client| {
            let kept = client
                .secrets
                .first()
                .ok_or(ClientsError::NothingToCancel)?;
            answered(client, &kept.id)
        };
        let kept = self
            .change_secret(caller, (id, secret), conditions, former, shown)
            .await?;
        info!(client_id = %id, secret_id = %secret, by = %caller.actor(), "rotation taken back");
        Ok(kept)
    }

    fn check_unused(
        &self,
        client: &Client,
        secret: &SecretId,
        now: Timestamp,
    ) -> Result<(), ClientsError> {
        match client.last_used.get(secret).copied() {
            Some(last_used_at) if self.in_use.covers(Some(last_used_at), now) => {
                Err(ClientsError::SecretInUse {
                    last_used_at,
                    hours: self.in_use.hours(),
                })
            }
            Some(_) | None => Ok(()),
        }
    }

    /// One change of a live secret, tried again when others change the client at the same time. What changes
    /// nothing is not written. Only a cancel can be repeated by a key; the others can as they are.
    async fn change_secret<T: Serialize + DeserializeOwned>(
        &self,
        caller: &Caller,
        (id, secret): (&ClientId, &SecretId),
        conditions: &Conditions,
        change: impl Fn(&Client, Timestamp) -> Result<Vec<Secret>, ClientsError>,
        answer: impl Fn(&Client) -> Result<T, ClientsError>,
    ) -> Result<T, ClientsError> {
        let Conditions { precondition, key } = conditions;
        let call = format!("POST /v1/clients/{id}/secrets/{secret}/cancel");
        let once = self.answers.once(caller, &call, key.as_ref(), &())?;
        for _ in 0..ATTEMPTS {
            let present = self.find_to_rekey(caller, id).await?;
            if let Some(first) = once.first().await? {
                return Ok(first);
            }
            check_expected(precondition, &present)?;
            let now = self.clock.now();
            check_live(&present, secret, now)?;
            let secrets = change(&present, now)?;
            if present.live_secrets(now).eq(&secrets) {
                return answer(&present);
            }
            let changed = with_secrets(&present, secrets, now);
            let answer = answer(&changed)?;
            let kept = once.keep(&answer)?;
            let written = self
                .write_secrets(&present, &changed, kept.as_ref())
                .await?;
            if written == WriteOutcome::Written {
                return Ok(answer);
            }
        }
        Err(contended(precondition))
    }
}

/// Of a method that needs no key to be repeated (RFC 9110 §9.2.2).
fn unrepeated(precondition: &Precondition) -> Conditions {
    Conditions {
        precondition: precondition.clone(),
        key: None,
    }
}
