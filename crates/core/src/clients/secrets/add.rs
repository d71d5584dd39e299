//! A second secret beside the one that works, so that programs can go over to it one after the other.
//!
//! 1. The value goes to where values are kept, where nothing uses it yet. 2. One write makes the secret work, gives
//!    those before their end and notes that the label is not moved yet. 3. The label of the current value moves, and
//!    the note goes. Whoever dies before the second step leaves a value that opens nothing; whoever dies after it a
//!    secret that every list shows, and a note that [`Clients::repair`] follows.

use jiff::Timestamp;
use m2m_types::admin::client::SecretStorage;
use m2m_types::admin::secret::{AddedSecret, NewSecret};
use m2m_types::client_id::ClientId;
use m2m_types::client_secret::ClientSecret;
use m2m_types::names::SecretId;
use m2m_types::problem::FieldError;
use tracing::info;

use super::{answered, is_later, live, overlap_end, with_secrets};
use crate::caller::Caller;
use crate::client::Client;
use crate::client_auth::AuthMethod;
use crate::clients::update::{check_expected, contended};
use crate::clients::{Clients, ClientsError};
use crate::idempotency::{Answered, Conditions, Once};
use crate::ports::{StoreError, WriteOutcome};
use crate::revision::{ATTEMPTS, Precondition};
use crate::secret::rotation::{MAX_LIVE, added};
use crate::secret::{Secret, find_matching};

/// A secret that is to be, before it is anywhere but in this process.
struct Coming {
    secret: Secret,
    /// The value, if the service made it.
    made: Option<ClientSecret>,
    /// When those before it end.
    end_of_others: Option<Timestamp>,
}

impl Clients {
    /// Makes a further secret. Those before work until `overlap_seconds` are over, or until they are retired.
    ///
    /// # Errors
    /// The caller may not, or not for a client that strong; the client has two secrets already, or takes none; a field
    /// is wrong; the precondition does not hold; or a store failed, in which case the secrets are as they were or the
    /// new one is among those listed.
    pub async fn add_secret(
        &self,
        caller: &Caller,
        id: &ClientId,
        request: &NewSecret,
        conditions: &Conditions,
    ) -> Result<Answered<AddedSecret>, ClientsError> {
        let call = format!("POST /v1/clients/{id}/secrets");
        let key = conditions.key.as_ref();
        let once = self.answers.once(caller, &call, key, request)?;
        // Read before the kept answer: what a twin has written by now has its answer there.
        let present = self.find_to_rekey(caller, id).await?;
        // Who brings a secret knows it.
        if request.client_secret.is_some() && present.owner != caller.owner().id {
            return Err(ClientsError::OwnerOnly);
        }
        if let Some(first) = once.first().await? {
            return Ok(first);
        }
        check_expected(&conditions.precondition, &present)?;
        let now = self.clock.now();
        let mut coming = self.prepare_secret(request, now)?;
        check_room(&present, now)?;
        check_another(&present, &coming.secret, now)?;
        let brought = request
            .client_secret
            .as_ref()
            .map(|brought| brought.secret());
        let value = coming.made.as_ref().or(brought);
        coming.secret.arn = self
            .keep_further(&present, &coming.secret.id, value)
            .await?;
        let added = self
            .put_beside(caller, present, &coming, (&once, &conditions.precondition))
            .await?;
        let secret_id = &added.answer.secret.secret_id;
        info!(client_id = %id, %secret_id, by = %caller.actor(), "secret added");
        Ok(added)
    }

    fn prepare_secret(&self, request: &NewSecret, now: Timestamp) -> Result<Coming, ClientsError> {
        let end = request
            .expires_at
            .map(|end| is_later(end, now))
            .transpose()?;
        let overlap = request.overlap_seconds;
        let end_of_others = overlap
            .map(|seconds| overlap_end(seconds, now))
            .transpose()?;
        let (secret, made) = match &request.client_secret {
            Some(brought) => (Secret::of(brought.secret(), &*self.random, now), None),
            None => {
                let (secret, value) = self.new_secret();
                (secret, Some(value))
            }
        };
        Ok(Coming {
            secret: Secret {
                expires_at: end,
                ..secret
            },
            made,
            end_of_others,
        })
    }

    async fn keep_further(
        &self,
        client: &Client,
        secret: &SecretId,
        value: Option<&ClientSecret>,
    ) -> Result<Option<String>, StoreError> {
        match (client.secret_storage, value) {
            (SecretStorage::SecretsManager, Some(value)) => {
                let arn = self.values.add(&client.id, secret, value).await?;
                Ok(Some(arn))
            }
            (SecretStorage::SecretsManager | SecretStorage::None, _) => Ok(None),
        }
    }

    /// Other changes of the client are no matter, but of two rotations at once one gives way: it would give an end to
    /// a secret that its caller does not know of.
    async fn put_beside(
        &self,
        caller: &Caller,
        mut present: Client,
        coming: &Coming,
        (once, precondition): (&Once<'_>, &Precondition),
    ) -> Result<Answered<AddedSecret>, ClientsError> {
        let known = live_ids(&present, self.clock.now());
        for _ in 0..ATTEMPTS {
            let now = self.clock.now();
            if live_ids(&present, now) != known {
                return Err(contended(&Precondition::None));
            }
            let secrets = added(
                live(&present, now),
                coming.secret.clone(),
                coming.end_of_others,
            );
            let changed = with_secrets(&present, secrets, now);
            let answer = answer(caller, &changed, coming)?;
            let kept = once.keep(&answer)?;
            let written = self
                .write_secrets(&present, &changed, kept.as_ref())
                .await?;
            if written == WriteOutcome::Written {
                return Ok(answer);
            }
            present = self.find_to_rekey(caller, &present.id).await?;
            if let Some(first) = once.first().await? {
                return Ok(first);
            }
            check_expected(precondition, &present)?;
        }
        Err(contended(precondition))
    }
}

/// With the value, if it was made here and is the caller's to see.
fn answer(
    caller: &Caller,
    client: &Client,
    coming: &Coming,
) -> Result<Answered<AddedSecret>, ClientsError> {
    let Answered { answer, revision } = answered(client, &coming.secret.id)?;
    let is_owner = client.owner == caller.owner().id;
    Ok(Answered {
        answer: AddedSecret {
            secret: answer,
            client_secret: coming.made.clone().filter(|_| is_owner),
        },
        revision,
    })
}

fn check_room(client: &Client, now: Timestamp) -> Result<(), ClientsError> {
    if client.auth.method != AuthMethod::ClientSecret {
        return Err(ClientsError::TakesNoSecret);
    }
    let live: Vec<_> = client.live_secrets(now).collect();
    match live[..] {
        [old, .., new] if live.len() >= MAX_LIVE => Err(ClientsError::TwoSecrets {
            old: old.id.clone(),
            new: new.id.clone(),
        }),
        _ => Ok(()),
    }
}

/// The same value twice would go on working when one of the two is retired.
fn check_another(client: &Client, coming: &Secret, now: Timestamp) -> Result<(), ClientsError> {
    if find_matching(&client.secrets, &coming.digest, now).is_none() {
        return Ok(());
    }
    let detail = "is a secret of the client already: bring another one";
    Err(ClientsError::Invalid(vec![FieldError::new(
        "/client_secret",
        detail,
    )]))
}

fn live_ids(client: &Client, now: Timestamp) -> Vec<SecretId> {
    let live = client.live_secrets(now);
    live.map(|secret| secret.id.clone()).collect()
}
