//! Making a client: two stores, in an order that leaves nothing usable and nothing unreachable.
//!
//! 1. One transaction writes the client as pending, its count, a note that it is unfinished and the sealed
//!    answer for a retry. 2. The secret's value goes to where values are kept. 3. One transaction makes the
//!    client active, lists it and finishes note and answer. Whoever dies in between leaves a pending client,
//!    which nobody sees or uses, and a note that [`Clients::repair`] follows.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use m2m_types::admin::client::{CreateClient, CreatedClient, CreatedSecret, SecretStorage};
use m2m_types::admin::scopes::ManagementScope;
use m2m_types::client_secret::ClientSecret;
use m2m_types::generation::Generation;
use m2m_types::idempotency_key::IdempotencyKey;
use m2m_types::names::{OrganizationId, OwnerId};
use tracing::{info, warn};

use super::settings::ClientSettings;
use super::{Clients, ClientsError};
use crate::caller::Caller;
use crate::client::{Client, ClientState, Revision, new_client_id};
use crate::client_auth::{AuthMethod, RegisteredAuth};
use crate::idempotency::{Answered, Once, RepeatError};
use crate::organization::max_made_a_day;
use crate::ports::{InsertOutcome, KeptAnswer, PendingClient, StoreError, WriteOutcome};
use crate::secret::Secret;

const SECONDS_A_DAY: i64 = 86_400;
/// What is called.
const CALL: &str = "POST /v1/clients";

impl Clients {
    /// Makes a client for the caller's owner.
    ///
    /// # Errors
    /// The caller may not, the settings break a rule, the organization's plan or limit is in the way, or a
    /// store failed, in which case nothing usable is left.
    pub async fn create(
        &self,
        caller: &Caller,
        request: &CreateClient,
        key: Option<&IdempotencyKey>,
    ) -> Result<Answered<CreatedClient>, ClientsError> {
        caller.require(ManagementScope::ClientsWrite)?;
        let once = self.answers.once(caller, CALL, key, request)?;
        if let Some(kept) = once.find().await? {
            return self.repeat(&once, &kept).await;
        }
        let known = self.catalog.current().await?;
        let settings = ClientSettings::of_request(&request.clone().into(), &known, None)?;
        settings.check(caller, caller.owner(), None)?;
        let organization = caller.organization();
        if !organization.m2m_clients_allowed {
            return Err(ClientsError::PlanRequired {
                plan: organization.plan.clone(),
            });
        }
        let storage = request.secret_storage.unwrap_or(self.secret_storage);
        let of = (&caller.owner().id, &organization.id);
        let made = (settings.method == AuthMethod::ClientSecret).then(|| self.new_secret());
        let (secret, value) = made.unzip();
        let pending = self.prepare(settings, of, storage, secret);
        let answered = self.answer(&pending, value.clone());
        let kept = once.keep(&answered)?.map(|kept| KeptAnswer {
            making: Some(pending.id.clone()),
            ..kept
        });
        let created = self
            .insert(
                pending,
                value.as_ref(),
                organization.max_clients,
                kept.as_ref(),
            )
            .await?;
        info!(client_id = %created.id, by = %caller.actor(), "client created");
        Ok(answered)
    }

    /// A new secret and its value.
    pub(crate) fn new_secret(&self) -> (Secret, ClientSecret) {
        Secret::generate(&*self.random, self.clock.now())
    }

    /// A pending client with its first secret, if it authenticates by one.
    pub(crate) fn prepare(
        &self,
        settings: ClientSettings,
        (owner, organization): (&OwnerId, &OrganizationId),
        secret_storage: SecretStorage,
        secret: Option<Secret>,
    ) -> Client {
        let now = self.clock.now();
        Client {
            id: new_client_id(&*self.clock, &*self.random),
            name: settings.name,
            description: settings.description,
            owner: owner.clone(),
            organization: organization.clone(),
            state: ClientState::Pending,
            scopes: settings.scopes,
            default_scopes: settings.default_scopes,
            default_audience: settings.default_audience,
            audience_grants: settings.audience_grants,
            authorization_details_types: settings.authorization_details_types,
            grant_types: settings.grant_types,
            auth: RegisteredAuth {
                method: settings.method,
                retiring: None,
            },
            dpop_bound: settings.dpop_bound,
            certificate_bound: settings.certificate_bound,
            custom_claims: settings.custom_claims,
            token_quota: settings.token_quota,
            allowed_cidrs: settings.allowed_cidrs,
            access_token_ttl: settings.access_token_ttl,
            deletion_protection: settings.deletion_protection,
            tags: settings.tags,
            secret_storage,
            secrets: secret.into_iter().collect(),
            generation: Generation::default(),
            created_at: now,
            updated_at: now,
            revision: Revision::FIRST,
            last_used: BTreeMap::new(),
        }
    }

    /// The three steps: takes the client as it is to be, gives it as it is.
    pub(crate) async fn insert(
        &self,
        pending: Client,
        value: Option<&ClientSecret>,
        max_clients: Option<u32>,
        answer: Option<&KeptAnswer>,
    ) -> Result<Client, ClientsError> {
        let now = self.clock.now();
        let insert = PendingClient {
            client: &pending,
            max_clients,
            max_made_a_day: max_made_a_day(max_clients),
            answer,
            now,
        };
        match self.store.insert_pending(insert).await? {
            InsertOutcome::Inserted => {}
            InsertOutcome::LimitReached => {
                return Err(ClientsError::LimitReached {
                    max_clients: max_clients.unwrap_or_default(),
                });
            }
            InsertOutcome::MadeTooMany => {
                return Err(ClientsError::MadeTooMany {
                    max_made_a_day: max_made_a_day(max_clients),
                    retry_after: until_next_day(now),
                });
            }
            InsertOutcome::Twin => {
                return Err(RepeatError::in_flight().into());
            }
            InsertOutcome::IdTaken => {
                return Err(
                    StoreError::new("insert a client", "a new id was taken already").into(),
                );
            }
        }
        self.finish_create(pending, value, answer.map(|answer| &answer.id))
            .await
    }

    /// The second and the third step.
    async fn finish_create(
        &self,
        mut pending: Client,
        value: Option<&ClientSecret>,
        answer: Option<&[u8; 32]>,
    ) -> Result<Client, ClientsError> {
        if let Err(error) = self.keep_value(&mut pending, value).await {
            self.give_up(pending).await;
            return Err(error.into());
        }
        let expected = pending.revision;
        let active = pending.activated();
        match self.store.activate(&active, expected, answer).await? {
            WriteOutcome::Written => Ok(active),
            WriteOutcome::ChangedMeanwhile => Err(RepeatError::in_flight().into()),
        }
    }

    /// Keeps the value where the client says, and notes where that is.
    async fn keep_value(
        &self,
        client: &mut Client,
        value: Option<&ClientSecret>,
    ) -> Result<(), StoreError> {
        if let (SecretStorage::SecretsManager, Some(secret), Some(value)) =
            (client.secret_storage, client.secrets.first_mut(), value)
        {
            secret.arn = Some(self.values.insert(&client.id, &secret.id, value).await?);
        }
        Ok(())
    }

    /// Nobody can finish the create any more; a value that may still be on its way is left to
    /// [`Clients::repair`], which comes when it has arrived.
    async fn give_up(&self, pending: Client) {
        let id = pending.id.clone();
        if let Err(error) = self.abandon(pending).await {
            warn!(client_id = %id, reason = &error as &dyn std::error::Error, "a create is left pending");
        }
    }

    /// Answers a request whose key was used before: the first answer again, or the rest of a create that
    /// did not finish.
    async fn repeat(
        &self,
        once: &Once<'_>,
        kept: &KeptAnswer,
    ) -> Result<Answered<CreatedClient>, ClientsError> {
        let in_flight = || ClientsError::from(RepeatError::in_flight());
        if kept.making.is_some() && self.clock.now() < kept.in_flight_until() {
            return Err(in_flight());
        }
        let answered: Answered<CreatedClient> = once.open(kept)?.ok_or_else(in_flight)?;
        if let Some(id) = &kept.making {
            let client = self.directory.find_client(id).await?.client;
            match client.map(|client| (client.state, client)) {
                Some((ClientState::Pending, pending)) => {
                    let secret = answered.answer.secret.as_ref();
                    let value = secret.map(|secret| &secret.client_secret);
                    self.finish_create(pending, value, Some(&kept.id)).await?;
                }
                Some((ClientState::Active, _)) => {}
                Some(_) | None => return Err(in_flight()),
            }
        }
        Ok(answered)
    }

    /// Of a client that is being made, as it will be.
    fn answer(
        &self,
        client: &Client,
        client_secret: Option<ClientSecret>,
    ) -> Answered<CreatedClient> {
        let made = client.secrets.first().zip(client_secret);
        let answer = CreatedClient {
            client: self.view(client),
            secret: made.map(|(secret, client_secret)| CreatedSecret {
                client_secret,
                client_secret_id: secret.id.clone(),
                client_secret_expires_at: secret.expires_at.map_or(0, |end| end.as_second()),
            }),
        };
        Answered {
            answer,
            revision: client.revision.next(),
        }
    }
}

/// How long the day of UTC goes on.
fn until_next_day(now: Timestamp) -> Duration {
    let gone = now.as_second().rem_euclid(SECONDS_A_DAY);
    Duration::from_secs((SECONDS_A_DAY - gone).unsigned_abs())
}
