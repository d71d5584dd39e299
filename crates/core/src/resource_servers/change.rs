//! Changing and deleting a resource server.

use std::time::Duration;

use m2m_types::admin::resource_server::{PatchResourceServer, ReplaceResourceServer};
use m2m_types::admin::scopes::ManagementScope;
use m2m_types::names::ResourceServerId;
use tracing::info;

use super::settings::{apply, patched, present_settings};
use super::{KnownServers, Registry, ResourceServerRecord, ResourceServersError};
use crate::caller::Caller;
use crate::ports::WriteOutcome;
use crate::revision::{ATTEMPTS, Precondition};

impl Registry {
    /// Changes what the patch names (RFC 7396).
    ///
    /// # Errors
    /// The caller may not, the precondition or a rule does not hold, or there is no such resource server.
    pub async fn patch(
        &self,
        caller: &Caller,
        id: &ResourceServerId,
        patch: &PatchResourceServer,
        precondition: &Precondition,
    ) -> Result<ResourceServerRecord, ResourceServersError> {
        self.change(caller, id, precondition, |present| {
            patched(patch.clone(), present)
        })
        .await
    }

    /// Sets everything but the identifier; what is left out goes back to its default.
    ///
    /// # Errors
    /// As [`Registry::patch`], and without a precondition.
    pub async fn replace(
        &self,
        caller: &Caller,
        id: &ResourceServerId,
        request: &ReplaceResourceServer,
        precondition: &Precondition,
    ) -> Result<ResourceServerRecord, ResourceServersError> {
        caller.require(ManagementScope::Operator)?;
        if *precondition == Precondition::None {
            return Err(ResourceServersError::PreconditionRequired);
        }
        self.change(caller, id, precondition, |_| Ok(request.clone()))
            .await
    }

    /// Removes a resource server: no further token is for it, and its scopes may become another's. Tokens that were
    /// issued for it live to their end, which is at most a day away.
    ///
    /// # Errors
    /// The caller may not, the precondition does not hold, or there is no such resource server.
    pub async fn delete(
        &self,
        caller: &Caller,
        id: &ResourceServerId,
        precondition: &Precondition,
    ) -> Result<(), ResourceServersError> {
        caller.require(ManagementScope::Operator)?;
        for _ in 0..ATTEMPTS {
            let change = self.catalog.begin_change().await?;
            let present = find(change.known(), id, precondition)?;
            let identifier = present.identifier.clone();
            if change.remove(id).await? == WriteOutcome::Written {
                info!(resource_server = %identifier, by = %caller.actor(), "resource server removed");
                return Ok(());
            }
        }
        Err(contended(precondition))
    }

    async fn change(
        &self,
        caller: &Caller,
        id: &ResourceServerId,
        precondition: &Precondition,
        decide: impl Fn(ReplaceResourceServer) -> Result<ReplaceResourceServer, ResourceServersError>,
    ) -> Result<ResourceServerRecord, ResourceServersError> {
        caller.require(ManagementScope::Operator)?;
        for _ in 0..ATTEMPTS {
            let change = self.catalog.begin_change().await?;
            let present = find(change.known(), id, precondition)?.clone();
            let before = present_settings(&present);
            let after = decide(before.clone())?;
            if after == before {
                return Ok(present);
            }
            let next = ResourceServerRecord {
                updated_at: self.clock.now(),
                revision: present.revision.next(),
                ..present
            };
            let changed = apply(after, next, change.known())?;
            if change.write(&changed, None).await? == WriteOutcome::Written {
                info!(resource_server = %changed.identifier, by = %caller.actor(), "resource server changed");
                return Ok(changed);
            }
        }
        Err(contended(precondition))
    }
}

fn find<'a>(
    known: &'a KnownServers,
    id: &ResourceServerId,
    precondition: &Precondition,
) -> Result<&'a ResourceServerRecord, ResourceServersError> {
    let present = known
        .recorded_as(id)
        .ok_or(ResourceServersError::NotFound)?;
    if precondition.holds_for(present.revision) {
        Ok(present)
    } else {
        Err(ResourceServersError::PreconditionFailed)
    }
}

/// A change that others kept overtaking: the caller's expectation failed, or it had none and may try again.
pub(super) fn contended(precondition: &Precondition) -> ResourceServersError {
    match precondition {
        Precondition::None => ResourceServersError::Contended {
            retry_after: Duration::from_secs(1),
        },
        Precondition::Exists | Precondition::OneOf(_) => ResourceServersError::PreconditionFailed,
    }
}
