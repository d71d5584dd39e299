//! Bringing a deleted client back: its id and its secrets that have not expired, never its tokens.
//!
//! 1. The client is noted as unfinished, which one restore or delete at a time can do. 2. The value of its secret is
//!    kept again. 3. One transaction makes the client what it was, lists and counts it and takes the note away.
//!    Whoever dies in between leaves a deleted client, which nobody uses, and a note: [`Clients::repair`] follows it
//!    and lets the value go again, and so does a restore that is refused at the third step.

use std::time::Duration;

use jiff::Timestamp;
use m2m_types::admin::client::ClientView;
use m2m_types::admin::scopes::ManagementScope;
use m2m_types::client_id::ClientId;
use tracing::{info, warn};

use super::update::check_expected;
use super::{Clients, ClientsError};
use crate::active_client::both_active;
use crate::caller::Caller;
use crate::client::{Client, ClientState};
use crate::idempotency::{Answered, Conditions, Once};
use crate::organization::Organization;
use crate::ports::{RestoreOutcome, RestoredClient, StoreError};

/// Longer than any request may take: a note that is older was left behind, and the next restore goes on from there.
const IN_FLIGHT_FOR: Duration = Duration::from_secs(30);

impl Clients {
    /// Brings a deleted client back as it was. Its generation stays as the delete left it, so tokens of before
    /// stay dead.
    ///
    /// # Errors
    /// The caller may not, the client is not deleted or not kept any more, is stronger than the caller, has no room
    /// in its organization, or a store failed, in which case it stays deleted until the restore is repeated.
    pub async fn restore(
        &self,
        caller: &Caller,
        id: &ClientId,
        conditions: &Conditions,
    ) -> Result<Answered<ClientView>, ClientsError> {
        caller.require(ManagementScope::ClientsWrite)?;
        let call = format!("POST /v1/clients/{id}/restore");
        let once = self
            .answers
            .once(caller, &call, conditions.key.as_ref(), &())?;
        if let Some(first) = once.first().await? {
            return Ok(first);
        }
        let deleted = self.find_restorable(caller, id).await?;
        check_expected(&conditions.precondition, &deleted)?;
        caller.require_no_stronger(
            deleted.scopes.as_ref(),
            &deleted.authorization_details_types,
        )?;
        let organization = self.organization_with_room(&deleted).await?;
        let since = self.clock.now();
        if !self
            .store
            .begin_restore(id, since, since - IN_FLIGHT_FOR)
            .await?
        {
            return Err(under_way());
        }
        let restored = self
            .bring_back(deleted, organization.max_clients, since, &once)
            .await?;
        info!(client_id = %id, by = %caller.actor(), "client restored");
        Ok(restored)
    }

    /// A deleted client that the caller would see if it were not deleted.
    async fn find_restorable(
        &self,
        caller: &Caller,
        id: &ClientId,
    ) -> Result<Client, ClientsError> {
        let client = self.find_managed(caller, id).await?;
        self.require_no_stronger_owner(caller, &client).await?;
        match client.state {
            ClientState::Deleted {
                restorable_until, ..
            } if self.clock.now() < restorable_until => Ok(client),
            ClientState::Active | ClientState::Disabled => Err(ClientsError::NotDeleted),
            ClientState::Deleted { .. } | ClientState::Pending | ClientState::Abandoned => {
                Err(ClientsError::NotFound)
            }
        }
    }

    /// A restored client is one more, as a new one is.
    async fn organization_with_room(&self, client: &Client) -> Result<Organization, ClientsError> {
        let principals = self
            .directory
            .find_principals(&client.owner, &client.organization)
            .await?;
        let (_, organization) = both_active(principals).map_err(|_| ClientsError::OwnerInactive)?;
        if organization.m2m_clients_allowed {
            Ok(organization)
        } else {
            Err(ClientsError::PlanRequired {
                plan: organization.plan,
            })
        }
    }

    /// The second and the third step.
    async fn bring_back(
        &self,
        deleted: Client,
        max_clients: Option<u32>,
        since: Timestamp,
        once: &Once<'_>,
    ) -> Result<Answered<ClientView>, ClientsError> {
        let is_kept = deleted.has_kept_values() && self.values.restore(&deleted.id).await?;
        if !is_kept && self.needs_value(&deleted) {
            self.let_go(&deleted).await;
            return Err(ClientsError::SecretGone);
        }
        let restored = deleted.clone().restored(self.clock.now());
        let answered = self.answered(&restored);
        let kept = once.keep(&answered)?;
        let restore = RestoredClient {
            client: &restored,
            before: &deleted,
            max_clients,
            since,
            answer: kept.as_ref(),
        };
        match self.store.restore(restore).await? {
            RestoreOutcome::Restored => Ok(answered),
            RestoreOutcome::LimitReached => {
                self.let_go(&deleted).await;
                Err(ClientsError::LimitReached {
                    max_clients: max_clients.unwrap_or_default(),
                })
            }
            // Another restore was faster, or a repair took this one for dead: what is left is theirs to finish.
            RestoreOutcome::ChangedMeanwhile => Err(under_way()),
        }
    }

    /// Whether a secret that will work again has a value that is kept.
    fn needs_value(&self, client: &Client) -> bool {
        let now = self.clock.now();
        let mut live = client.live_secrets(now);
        live.any(|secret| secret.arn.is_some())
    }

    /// Undoes the second step; what fails is left to [`Clients::repair`].
    async fn let_go(&self, deleted: &Client) {
        let undone: Result<(), StoreError> = self.finish_delete(deleted).await;
        if let Err(error) = undone {
            warn!(client_id = %deleted.id, reason = &error as &dyn std::error::Error, "a restore is left to be undone");
        }
    }
}

fn under_way() -> ClientsError {
    ClientsError::Contended {
        retry_after: IN_FLIGHT_FOR,
    }
}
