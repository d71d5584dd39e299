//! Deleting a client: dead at once, its secret's value gone after the restore window.

use jiff::SignedDuration;
use m2m_types::admin::scopes::ManagementScope;
use m2m_types::client_id::ClientId;
use tracing::{info, warn};

use super::update::{check_expected, contended};
use super::{Clients, ClientsError};
use crate::api_tokens::{detach_from, remove_of};
use crate::caller::Caller;
use crate::client::{Client, ClientState};
use crate::ports::{StoreError, WriteOutcome};
use crate::revision::{ATTEMPTS, Precondition};

/// How long a deleted client is kept: a day less than its secret's value.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(29 * 24);

/// What becomes of the API access tokens that a deleted client made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItsApiTokens {
    /// They die with it.
    Die,
    /// They live on, as their owner's.
    Stay,
}

impl Clients {
    /// Deletes a client. Its generation is raised, so every token of it is dead, also one that is still on
    /// its way out.
    ///
    /// # Errors
    /// The caller may not, the client is protected, or there is no such client.
    pub async fn delete(
        &self,
        caller: &Caller,
        id: &ClientId,
        precondition: &Precondition,
        api_tokens: ItsApiTokens,
    ) -> Result<(), ClientsError> {
        caller.require(ManagementScope::ClientsWrite)?;
        if api_tokens == ItsApiTokens::Stay {
            caller.require(ManagementScope::TokensWrite)?;
        }
        for _ in 0..ATTEMPTS {
            let present = self.find_stoppable(caller, id).await?;
            check_expected(precondition, &present)?;
            if present.deletion_protection {
                return Err(ClientsError::DeletionProtected);
            }
            if api_tokens == ItsApiTokens::Stay {
                if present.owner != caller.owner().id {
                    return Err(ClientsError::OwnerOnly);
                }
                let (known, now) = (self.catalog.current().await?, self.clock.now());
                detach_from(&*self.api_tokens, &present, caller, &known, now).await?;
            }
            if let Some(deleted) = self.mark_deleted(present).await? {
                info!(client_id = %id, by = %caller.actor(), "client deleted");
                self.clear_up(&deleted).await;
                return Ok(());
            }
        }
        Err(contended(precondition))
    }

    /// What is left to do once the client and its tokens are dead.
    async fn clear_up(&self, deleted: &Client) {
        let id = &deleted.id;
        if let Err(error) = self.finish_delete(deleted).await {
            warn!(client_id = %id, reason = &error as &dyn std::error::Error, "a delete is left to be repaired");
        }
        self.forget_denials(deleted).await;
        if let Err(error) = remove_of(&*self.api_tokens, deleted, self.clock.now()).await {
            warn!(client_id = %id, reason = &error as &dyn std::error::Error, "dead API access tokens are left behind");
        }
    }

    /// The first step, after which the client and its tokens are dead; none: others changed it meanwhile.
    pub(crate) async fn mark_deleted(&self, present: Client) -> Result<Option<Client>, StoreError> {
        let (expected, now) = (present.revision, self.clock.now());
        let state = ClientState::Deleted {
            restorable_until: now + KEPT_FOR,
            was_disabled: present.state == ClientState::Disabled,
        };
        let deleted = present.stopped(state, now);
        let written = self.store.delete(&deleted, expected, now).await?;
        Ok((written == WriteOutcome::Written).then_some(deleted))
    }

    /// Lets the value go and takes the note away. Again is no error.
    pub(crate) async fn finish_delete(&self, deleted: &Client) -> Result<(), StoreError> {
        if deleted.has_kept_values() {
            self.values.schedule_removal(&deleted.id).await?;
        }
        self.store
            .remove_note(&deleted.id, Some(deleted.revision))
            .await
    }
}
