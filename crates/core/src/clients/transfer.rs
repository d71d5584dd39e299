//! Giving a client to another owner of the same organization.

use jiff::Timestamp;
use m2m_types::admin::client::{ClientView, TransferClient};
use m2m_types::admin::scopes::ManagementScope;
use m2m_types::client_id::ClientId;
use m2m_types::names::OwnerId;
use m2m_types::problem::FieldError;
use m2m_types::scope::ScopeSet;
use tracing::info;

use super::update::{check_expected, contended};
use super::{Clients, ClientsError};
use crate::caller::Caller;
use crate::client::Client;
use crate::client_auth::RegisteredAuth;
use crate::idempotency::{Answered, Conditions};
use crate::owner::Owner;
use crate::ports::WriteOutcome;
use crate::revision::ATTEMPTS;

impl Clients {
    /// Gives a client to another active owner of the caller's organization. Its tokens are dead, and it may ask for
    /// what it might before at most, also where that was all of its owner's. Who can authenticate as it can go on
    /// doing so only if the new owner may do all of that. To its own owner changes nothing.
    ///
    /// # Errors
    /// The caller is no admin, may do less than the client or its owner, or there is no such client or owner.
    pub async fn transfer(
        &self,
        caller: &Caller,
        id: &ClientId,
        request: &TransferClient,
        conditions: &Conditions,
    ) -> Result<Answered<ClientView>, ClientsError> {
        caller.require(ManagementScope::ClientsWrite)?;
        caller.require(ManagementScope::Admin)?;
        let call = format!("POST /v1/clients/{id}/transfer");
        let once = self
            .answers
            .once(caller, &call, conditions.key.as_ref(), request)?;
        for _ in 0..ATTEMPTS {
            if let Some(first) = once.first().await? {
                return Ok(first);
            }
            let present = self.find_visible(caller, id).await?;
            check_expected(&conditions.precondition, &present)?;
            caller.require_no_stronger(
                present.scopes.as_ref(),
                &present.authorization_details_types,
            )?;
            let changed = self.given_to(caller, &present, &request.owner).await?;
            let answered = self.answered(&changed);
            let written = if changed == present {
                once.keep_alone(&answered).await?
            } else {
                let kept = once.keep(&answered)?;
                let now = changed.updated_at;
                self.store
                    .transfer(&changed, &present, now, kept.as_ref())
                    .await?
            };
            if written == WriteOutcome::Written {
                info!(client_id = %id, by = %caller.actor(), "client transferred");
                return Ok(answered);
            }
        }
        Err(contended(&conditions.precondition))
    }

    async fn given_to(
        &self,
        caller: &Caller,
        present: &Client,
        to: &OwnerId,
    ) -> Result<Client, ClientsError> {
        if present.owner == *to {
            return Ok(present.clone());
        }
        let organization = &caller.organization().id;
        let found = self.directory.find_principals(to, organization).await?;
        let to = found
            .owner
            .filter(|owner| owner.active && owner.organization == *organization)
            .ok_or_else(|| {
                let detail = "must be an active owner of your organization";
                ClientsError::Invalid(vec![FieldError::new("/owner", detail)])
            })?;
        let before = match &present.scopes {
            Some(scopes) => scopes.clone(),
            None => self.owner_of(caller, present).await?.permissions,
        };
        let holder_is_safe = keeps_its_holder(caller, &before, &to);
        let given = given(present.clone(), before, to.id, self.clock.now());
        Ok(if holder_is_safe {
            given
        } else {
            without_credentials(given)
        })
    }
}

/// Whether whoever holds the client's credentials may act on behalf of the new owner: for no more than before, since
/// the new owner may do all of it. `clients:delegate` is for all that the owner may, so there the caller has to be
/// one who could give that away.
fn keeps_its_holder(caller: &Caller, scopes: &ScopeSet, to: &Owner) -> bool {
    let delegates = ManagementScope::ClientsDelegate.is_in(scopes);
    scopes.first_missing_from(&to.permissions).is_none()
        && (!delegates || caller.require_all_of(&to.permissions).is_ok())
}

/// The client under its new owner, its tokens dead.
fn given(present: Client, scopes: ScopeSet, to: OwnerId, now: Timestamp) -> Client {
    let state = present.state;
    Client {
        owner: to,
        scopes: Some(scopes),
        ..present.stopped(state, now)
    }
}

/// Nobody can authenticate as it until it is given other credentials.
fn without_credentials(given: Client) -> Client {
    Client {
        auth: RegisteredAuth::by_secret(),
        secrets: Vec::new(),
        ..given
    }
}
