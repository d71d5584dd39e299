//! Stopping a client's tokens without deleting it, and letting it get tokens again.

use jiff::Timestamp;
use m2m_types::admin::client::ClientView;
use m2m_types::admin::scopes::ManagementScope;
use m2m_types::client_id::ClientId;
use tracing::{info, warn};

use super::update::{check_expected, contended};
use super::{Clients, ClientsError};
use crate::caller::Caller;
use crate::client::{Client, ClientState};
use crate::idempotency::{Answered, Conditions, Once};
use crate::ports::{StoreError, WriteOutcome};
use crate::revision::ATTEMPTS;

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
        conditions: &Conditions,
    ) -> Result<Answered<ClientView>, ClientsError> {
        self.do_to(caller, id, conditions, Change::Disable).await
    }

    /// Lets a disabled client get tokens again; the old ones stay dead. Again changes nothing.
    ///
    /// # Errors
    /// As [`Clients::disable`], or the client is stronger than the caller.
    pub async fn enable(
        &self,
        caller: &Caller,
        id: &ClientId,
        conditions: &Conditions,
    ) -> Result<Answered<ClientView>, ClientsError> {
        self.do_to(caller, id, conditions, Change::Enable).await
    }

    /// Ends every token that the client got; it gets new ones as before.
    ///
    /// # Errors
    /// As [`Clients::disable`].
    pub async fn revoke_tokens(
        &self,
        caller: &Caller,
        id: &ClientId,
        conditions: &Conditions,
    ) -> Result<Answered<ClientView>, ClientsError> {
        self.do_to(caller, id, conditions, Change::RevokeTokens)
            .await
    }

    async fn do_to(
        &self,
        caller: &Caller,
        id: &ClientId,
        conditions: &Conditions,
        change: Change,
    ) -> Result<Answered<ClientView>, ClientsError> {
        caller.require(ManagementScope::ClientsWrite)?;
        let call = format!("POST /v1/clients/{id}/{}", change.path());
        let once = self
            .answers
            .once(caller, &call, conditions.key.as_ref(), &())?;
        for _ in 0..ATTEMPTS {
            if let Some(first) = once.first().await? {
                return Ok(first);
            }
            let present = match change {
                Change::Enable => self.find_visible(caller, id).await?,
                Change::Disable | Change::RevokeTokens => self.find_stoppable(caller, id).await?,
            };
            check_expected(&conditions.precondition, &present)?;
            if change == Change::Enable && !change.is_done(&present) {
                caller.require_no_stronger(
                    present.scopes.as_ref(),
                    &present.authorization_details_types,
                )?;
            }
            let (changed, written) = self.carry_out(change, present, &once).await?;
            if written == WriteOutcome::Written {
                info!(client_id = %id, by = %caller.actor(), "{}", change.message());
                return Ok(changed);
            }
        }
        Err(contended(&conditions.precondition))
    }

    /// What the client is like then, if it was written.
    async fn carry_out(
        &self,
        change: Change,
        present: Client,
        once: &Once<'_>,
    ) -> Result<(Answered<ClientView>, WriteOutcome), StoreError> {
        let (expected, now) = (present.revision, self.clock.now());
        if change.is_done(&present) {
            let answered = self.answered(&present);
            let written = once.keep_alone(&answered).await?;
            return Ok((answered, written));
        }
        let changed = change.done_to(present, now);
        let answered = self.answered(&changed);
        let kept = once.keep(&answered)?;
        let kept = kept.as_ref();
        let written = match change {
            Change::Enable => self.store.replace(&changed, expected, kept).await?,
            Change::Disable | Change::RevokeTokens => {
                self.store.stop(&changed, expected, now, kept).await?
            }
        };
        if change != Change::Enable && written == WriteOutcome::Written {
            self.forget_denials(&changed).await;
        }
        Ok((answered, written))
    }

    /// Takes the denials of single tokens of a stopped client out of the snapshot of all tenants: its generation
    /// says the same. What stays there ends with the tokens.
    pub(super) async fn forget_denials(&self, stopped: &Client) {
        let (id, below) = (&stopped.id, stopped.generation);
        if let Err(error) = self.revocations.forget_denials(id, below).await {
            warn!(client_id = %id, reason = &error as &dyn std::error::Error, "needless denials are left behind");
        }
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

    fn done_to(self, present: Client, now: Timestamp) -> Client {
        match self {
            Self::Enable => Client {
                state: ClientState::Active,
                updated_at: now,
                revision: present.revision.next(),
                ..present
            },
            Self::Disable => present.stopped(ClientState::Disabled, now),
            Self::RevokeTokens => {
                let state = present.state;
                present.stopped(state, now)
            }
        }
    }

    /// The last segment of its path.
    fn path(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Enable => "enable",
            Self::RevokeTokens => "revoke-tokens",
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
