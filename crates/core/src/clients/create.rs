//! Making a client: two stores, in an order that leaves nothing usable and nothing unreachable.
//!
//! 1. One transaction writes the client as pending, its count, a note that it is unfinished and the sealed
//!    answer for a retry. 2. The secret's value goes to where values are kept. 3. One transaction makes the
//!    client active, lists it and finishes note and answer. Whoever dies in between leaves a pending client,
//!    which nobody sees or uses, and a note that [`Clients::repair`] follows.

use std::collections::BTreeMap;
use std::time::Duration;

use m2m_types::admin::client::{CreateClient, CreatedClient, SecretStorage};
use m2m_types::admin::scopes::ManagementScope;
use m2m_types::client_secret::ClientSecret;
use m2m_types::generation::Generation;
use m2m_types::idempotency_key::IdempotencyKey;
use m2m_types::names::{OrganizationId, OwnerId};
use tracing::{info, warn};

use super::answer::Ticket;
use super::settings::Settings;
use super::{Clients, ClientsError};
use crate::caller::Caller;
use crate::client::{Client, ClientState, GrantType, Revision, new_client_id};
use crate::ports::{InsertOutcome, KeptAnswer, PendingClient, StoreError, WriteOutcome};
use crate::resource_servers::ResourceServer;
use crate::secret::Secret;

/// A twin of a request under way is asked to come back after this.
const TWIN_RETRY: Duration = Duration::from_secs(1);

/// A client that was just made, or made by an earlier request with the same `Idempotency-Key`.
#[derive(Debug)]
pub struct Created {
    /// The answer, secret included.
    pub answer: CreatedClient,
    /// The revision it answers.
    pub revision: Revision,
}

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
    ) -> Result<Created, ClientsError> {
        caller.require(ManagementScope::ClientsWrite)?;
        let settings = Settings::from(request);
        settings.check(caller, None)?;
        let ticket = key
            .map(|key| Ticket::new(caller, key, request))
            .transpose()?;
        if let Some(ticket) = &ticket
            && let Some(kept) = self.store.find_answer(ticket.id()).await?
            && self.clock.now() < kept.expires_at
        {
            return self.repeat(ticket, &kept).await;
        }
        let organization = caller.organization();
        if !organization.m2m_clients_allowed {
            return Err(ClientsError::PlanRequired {
                plan: organization.plan.clone(),
            });
        }
        let storage = request.secret_storage.unwrap_or(self.secret_storage);
        let audience = self.resource_servers.default_for_clients();
        let (active, value) = self.prepare(
            settings,
            (&caller.owner().id, &organization.id),
            storage,
            audience,
        );
        let answer = self.answer(&active, value.clone());
        let kept = ticket
            .map(|ticket| ticket.seal(&active.id, &answer, active.created_at))
            .transpose()?;
        let created = self
            .insert(active, &value, organization.max_clients, kept.as_ref())
            .await?;
        info!(client_id = %created.id, by = %caller.client_id(), "client created");
        Ok(Created {
            answer,
            revision: created.revision,
        })
    }

    /// A client as it will be, with its first secret.
    pub(crate) fn prepare(
        &self,
        settings: Settings,
        (owner, organization): (&OwnerId, &OrganizationId),
        secret_storage: SecretStorage,
        default_audience: ResourceServer,
    ) -> (Client, ClientSecret) {
        let now = self.clock.now();
        let (secret, value) = Secret::generate(&*self.random, now);
        let client = Client {
            id: new_client_id(&*self.clock, &*self.random),
            name: settings.name,
            description: settings.description,
            owner: owner.clone(),
            organization: organization.clone(),
            state: ClientState::Active,
            scopes: settings.scopes,
            default_scopes: settings.default_scopes,
            default_audience,
            grants: vec![GrantType::ClientCredentials],
            access_token_ttl: settings.access_token_ttl,
            deletion_protection: settings.deletion_protection,
            tags: settings.tags,
            secret_storage,
            secrets: vec![secret],
            generation: Generation::default(),
            created_at: now,
            updated_at: now,
            revision: Revision::FIRST.next(),
            last_used: BTreeMap::new(),
        };
        (client, value)
    }

    /// The three steps. Takes the client as it will be and gives it back when it is.
    pub(crate) async fn insert(
        &self,
        active: Client,
        value: &ClientSecret,
        max_clients: Option<u32>,
        answer: Option<&KeptAnswer>,
    ) -> Result<Client, ClientsError> {
        let pending = Client {
            state: ClientState::Pending,
            revision: Revision::FIRST,
            ..active
        };
        let insert = PendingClient {
            client: &pending,
            max_clients,
            answer,
            now: self.clock.now(),
        };
        match self.store.insert_pending(insert).await? {
            InsertOutcome::Inserted => {}
            InsertOutcome::LimitReached => {
                return Err(ClientsError::LimitReached {
                    max_clients: max_clients.unwrap_or_default(),
                });
            }
            InsertOutcome::Twin => {
                return Err(ClientsError::InFlight {
                    retry_after: TWIN_RETRY,
                });
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
        pending: Client,
        value: &ClientSecret,
        answer: Option<&[u8; 32]>,
    ) -> Result<Client, ClientsError> {
        if let Err(error) = self.keep_value(&pending, value).await {
            if let Err(error) = self.undo_create(pending).await {
                warn!(
                    error = &error as &dyn std::error::Error,
                    "a create is left to be repaired"
                );
            }
            return Err(error.into());
        }
        let expected = pending.revision;
        let active = Client {
            state: ClientState::Active,
            revision: expected.next(),
            ..pending
        };
        match self.store.activate(&active, expected, answer).await? {
            WriteOutcome::Written => Ok(active),
            WriteOutcome::ChangedMeanwhile => Err(ClientsError::InFlight {
                retry_after: TWIN_RETRY,
            }),
        }
    }

    async fn keep_value(&self, client: &Client, value: &ClientSecret) -> Result<(), StoreError> {
        match (client.secret_storage, client.secrets.first()) {
            (SecretStorage::SecretsManager, Some(secret)) => {
                self.values.insert(&client.id, &secret.id, value).await
            }
            (SecretStorage::None, _) | (_, None) => Ok(()),
        }
    }

    /// Answers a request whose key was used before: the first answer again, or the rest of a create that
    /// did not finish.
    async fn repeat(&self, ticket: &Ticket, kept: &KeptAnswer) -> Result<Created, ClientsError> {
        if !ticket.is_for(kept) {
            return Err(ClientsError::KeyReused);
        }
        let now = self.clock.now();
        if !kept.finished && now < kept.in_flight_until {
            let retry_after = now.duration_until(kept.in_flight_until).unsigned_abs();
            return Err(ClientsError::InFlight { retry_after });
        }
        let answer = ticket.open(kept)?;
        if !kept.finished {
            let client = self.directory.find_client(&kept.client).await?.client;
            match client.map(|client| (client.state, client)) {
                Some((ClientState::Pending, pending)) => {
                    self.finish_create(pending, &answer.client_secret, Some(&kept.id))
                        .await?;
                }
                Some((ClientState::Active, _)) => {}
                Some(_) | None => {
                    return Err(ClientsError::InFlight {
                        retry_after: TWIN_RETRY,
                    });
                }
            }
        }
        Ok(Created {
            answer,
            revision: Revision::FIRST.next(),
        })
    }

    fn answer(&self, client: &Client, client_secret: ClientSecret) -> CreatedClient {
        let secret = &client.secrets[0];
        CreatedClient {
            client: self.view(client),
            client_secret,
            client_secret_id: secret.id.clone(),
            client_secret_expires_at: secret.expires_at.map_or(0, |end| end.as_second()),
        }
    }
}
