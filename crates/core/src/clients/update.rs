//! Changing a client.

use std::time::Duration;

use m2m_types::admin::client::{PatchClient, ReplaceClient};
use m2m_types::admin::scopes::ManagementScope;
use m2m_types::client_id::ClientId;
use tracing::info;

use super::credentials_change::changed_auth;
use super::settings::{ClientSettings, patched};
use super::{Clients, ClientsError};
use crate::caller::Caller;
use crate::client::Client;
use crate::ports::WriteOutcome;
use crate::resource_servers::KnownServers;
use crate::revision::{ATTEMPTS, Precondition};

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
        self.change(caller, id, precondition, |present, known| {
            patched(present, known, patch.clone())
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
        self.change(caller, id, precondition, |_, _| Ok(request.clone()))
            .await
    }

    async fn change(
        &self,
        caller: &Caller,
        id: &ClientId,
        precondition: &Precondition,
        change: impl Fn(&Client, &KnownServers) -> Result<ReplaceClient, ClientsError>,
    ) -> Result<Client, ClientsError> {
        caller.require(ManagementScope::ClientsWrite)?;
        let known = self.catalog.current().await?;
        for _ in 0..ATTEMPTS {
            let present = self.find_visible(caller, id).await?;
            let owner = self.owner_of(caller, &present).await?;
            check_expected(precondition, &present)?;
            let request = change(&present, &known)?;
            let now = self.clock.now();
            let before = ClientSettings::of(&present);
            let after = ClientSettings::of_request(&request, &known, Some(&present))?;
            after.check(caller, &owner, Some(&before))?;
            let method = after.method.clone();
            let auth = changed_auth(&present, method, request.overlap_seconds, now)?;
            if after == before && auth == present.auth {
                return Ok(present);
            }
            if auth != present.auth {
                // An end that comes sooner is a change of credentials, too.
                caller.require_no_stronger(
                    present.scopes.as_ref(),
                    &present.authorization_details_types,
                )?;
            }
            let expected = present.revision;
            let changed = Client {
                auth,
                updated_at: now,
                revision: expected.next(),
                ..after.apply_to(present)
            };
            if self.store.replace(&changed, expected, None).await? == WriteOutcome::Written {
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
