//! Changing a client.

use std::time::Duration;

use m2m_types::admin::client::{PatchClient, ReplaceClient};
use m2m_types::admin::scopes::ManagementScope;
use m2m_types::client_id::ClientId;
use tracing::info;

use super::settings::ClientSettings;
use super::{Clients, ClientsError};
use crate::caller::Caller;
use crate::client::Client;
use crate::ports::WriteOutcome;
use crate::revision::Precondition;

/// A change that expects no revision is tried again this often when others change the client too.
const ATTEMPTS: usize = 5;

/// Whether the client is as the caller expects.
pub(super) fn check_expected(
    precondition: &Precondition,
    client: &Client,
) -> Result<(), ClientsError> {
    if precondition.holds_for(client.revision) {
        Ok(())
    } else {
        Err(ClientsError::PreconditionFailed)
    }
}

impl Clients {
    /// Changes what the patch names (RFC 7396).
    ///
    /// # Errors
    /// The caller may not, the precondition or a rule does not hold, or there is no such client.
    pub async fn patch(
        &self,
        caller: &Caller,
        id: &ClientId,
        patch: &PatchClient,
        precondition: &Precondition,
    ) -> Result<Client, ClientsError> {
        self.change(caller, id, precondition, |settings| {
            settings.patched(patch.clone())
        })
        .await
    }

    /// Sets everything an owner decides; what is left out goes back to its default.
    ///
    /// # Errors
    /// As [`Clients::patch`], and without a precondition.
    pub async fn replace(
        &self,
        caller: &Caller,
        id: &ClientId,
        request: &ReplaceClient,
        precondition: &Precondition,
    ) -> Result<Client, ClientsError> {
        if *precondition == Precondition::None {
            return Err(ClientsError::PreconditionRequired);
        }
        self.change(caller, id, precondition, |_| Ok(request.clone().into()))
            .await
    }

    async fn change(
        &self,
        caller: &Caller,
        id: &ClientId,
        precondition: &Precondition,
        change: impl Fn(ClientSettings) -> Result<ClientSettings, ClientsError>,
    ) -> Result<Client, ClientsError> {
        caller.require(ManagementScope::ClientsWrite)?;
        for _ in 0..ATTEMPTS {
            let present = self.find_visible(caller, id).await?;
            check_expected(precondition, &present)?;
            let before = ClientSettings::of(&present);
            let after = change(before.clone())?;
            after.check(caller, Some(&before))?;
            if after == before {
                return Ok(present);
            }
            let expected = present.revision;
            let updated_at = self.clock.now();
            let changed = Client {
                updated_at,
                revision: expected.next(),
                ..after.apply_to(present)
            };
            if self.store.replace(&changed, expected).await? == WriteOutcome::Written {
                info!(client_id = %id, by = %caller.actor(), "client changed");
                return Ok(changed);
            }
        }
        Err(contended(precondition))
    }
}

/// A change that others kept overtaking: the caller's expectation failed, or it had none and may try again.
pub(super) fn contended(precondition: &Precondition) -> ClientsError {
    match precondition {
        Precondition::None => ClientsError::Contended {
            retry_after: Duration::from_secs(1),
        },
        Precondition::Exists | Precondition::OneOf(_) => ClientsError::PreconditionFailed,
    }
}
