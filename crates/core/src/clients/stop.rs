//! Stopping a client's tokens without deleting it, and letting it get tokens again.

use m2m_types::admin::scopes::ManagementScope;
use m2m_types::client_id::ClientId;
use tracing::info;

use super::update::{check_expected, contended};
use super::{Clients, ClientsError};
use crate::caller::Caller;
use crate::client::{Client, ClientState};
use crate::ports::{StoreError, WriteOutcome};
use crate::revision::{ATTEMPTS, Precondition};

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Disable,
    Enable,
    RevokeTokens,
}

impl Clients {
    /// Stops a client until it is enabled: it gets no tokens, and those that it got are dead. Again changes
    /// nothing.
    ///
    /// # Errors
    /// The caller may not, the precondition does not hold, or there is no such client.
    pub async fn disable(
        &self,
        caller: &Caller,
        id: &ClientId,
        precondition: &Precondition,
    ) -> Result<Client, ClientsError> {
        self.do_to(caller, id, precondition, Change::Disable).await
    }

    /// Lets a disabled client get tokens again; the old ones stay dead. Again changes nothing.
    ///
    /// # Errors
    /// As [`Clients::disable`], or the client is stronger than the caller.
    pub async fn enable(
        &self,
        caller: &Caller,
        id: &ClientId,
        precondition: &Precondition,
    ) -> Result<Client, ClientsError> {
        self.do_to(caller, id, precondition, Change::Enable).await
    }

    /// Ends every token that the client got; it gets new ones as before.
    ///
    /// # Errors
    /// As [`Clients::disable`].
    pub async fn revoke_tokens(
        &self,
        caller: &Caller,
        id: &ClientId,
        precondition: &Precondition,
    ) -> Result<Client, ClientsError> {
        self.do_to(caller, id, precondition, Change::RevokeTokens)
            .await
    }

    async fn do_to(
        &self,
        caller: &Caller,
        id: &ClientId,
        precondition: &Precondition,
        change: Change,
    ) -> Result<Client, ClientsError> {
        caller.require(ManagementScope::ClientsWrite)?;
        for _ in 0..ATTEMPTS {
            let present = self.find_visible(caller, id).await?;
            check_expected(precondition, &present)?;
            if change.is_done(&present) {
                return Ok(present);
            }
            if change == Change::Enable {
                caller.require_no_stronger(present.scopes.as_ref())?;
            }
            if let Some(changed) = self.carry_out(change, present).await? {
                info!(client_id = %id, by = %caller.actor(), "{}", change.message());
                return Ok(changed);
            }
        }
        Err(contended(precondition))
    }

    /// None: others changed it meanwhile.
    async fn carry_out(
        &self,
        change: Change,
        present: Client,
    ) -> Result<Option<Client>, StoreError> {
        let (expected, now) = (present.revision, self.clock.now());
        let (changed, written) = match change {
            Change::Enable => {
                let enabled = Client {
                    state: ClientState::Active,
                    updated_at: now,
                    revision: expected.next(),
                    ..present
                };
                let written = self.store.replace(&enabled, expected).await?;
                (enabled, written)
            }
            Change::Disable | Change::RevokeTokens => {
                let state = match change {
                    Change::Disable => ClientState::Disabled,
                    _ => present.state,
                };
                let stopped = present.stopped(state, now);
                let written = self.store.stop(&stopped, expected, now).await?;
                (stopped, written)
            }
        };
        Ok((written == WriteOutcome::Written).then_some(changed))
    }
}

impl Change {
    fn is_done(self, client: &Client) -> bool {
        match self {
            Self::Disable => client.state == ClientState::Disabled,
            Self::Enable => client.state == ClientState::Active,
            Self::RevokeTokens => false,
        }
    }

    fn message(self) -> &'static str {
        match self {
            Self::Disable => "client disabled",
            Self::Enable => "client enabled",
            Self::RevokeTokens => "all tokens of a client revoked",
        }
    }
}
