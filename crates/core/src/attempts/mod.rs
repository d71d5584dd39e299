//! Why token requests were refused: written down for those who may know, since the answer tells nobody.

mod sampling;

use std::sync::Arc;

use jiff::SignedDuration;
use m2m_types::admin::scopes::ManagementScope;
use m2m_types::correlation_id::CorrelationId;
use m2m_types::token_request::TokenRequest;
use tracing::warn;

use crate::caller::{Caller, InsufficientScope};
use crate::client::{Client, GrantType};
use crate::client_auth::{
    AuthenticationFailure, ClientAuthError, Presentation, PresentedCredentials,
};
use crate::clock::Clock;
use crate::error_chain::chain;
use crate::grant::TokenError;
use crate::ports::{Attempt, Attempts, Directory, StoreError};
use crate::protocol_error::{ProtocolError, Refused, Retry};

pub use sampling::Sampling;

/// How long an attempt is kept.
const KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Why an attempt is not shown.
#[derive(Debug, thiserror::Error)]
pub enum AttemptsError {
    /// The caller may see no attempt at all.
    #[error(transparent)]
    InsufficientScope(#[from] InsufficientScope),
    /// There is none that the caller may see.
    #[error(
        "there is no such attempt among yours, or it is older than seven days, or was not sampled"
    )]
    NotFound,
    /// A store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An attempt, and the client that it names as it is now.
#[derive(Debug)]
pub struct ShownAttempt {
    /// What was refused.
    pub attempt: Attempt,
    /// By whom, if the attempt names a client.
    pub client: Option<Client>,
}

/// Writes down refused token requests, and shows them.
pub struct AttemptLog {
    /// Where they are kept.
    pub store: Arc<dyn Attempts>,
    /// Whose they are.
    pub directory: Arc<dyn Directory>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// How many were written down lately.
    pub sampling: Sampling,
}

impl AttemptLog {
    /// Writes down a refusal that got as far as authentication, whoever it names: by one write, which is waited for,
    /// since a function may be frozen as soon as it has answered. What cannot be written is in the log.
    pub async fn record(
        &self,
        correlation_id: &CorrelationId,
        presentation: &Presentation<'_>,
        request: &TokenRequest,
        refused: &Refused<TokenError>,
    ) {
        let now = self.clock.now();
        if !got_to_authentication(refused) {
            return;
        }
        let is_throttled = matches!(
            refused.error,
            TokenError::Client(ClientAuthError::Throttled { .. })
        );
        let source = presentation.source;
        if !self.sampling.admits(now, source, is_throttled) {
            return;
        }
        let Ok(presented) = PresentedCredentials::find(presentation, request) else {
            return;
        };
        let grant_type = request.unverified_grant_type.as_deref();
        let grant_type = grant_type.and_then(GrantType::parse);
        let attempt = Attempt {
            correlation_id: correlation_id.clone(),
            at: now,
            client_id: refused.client_id.clone(),
            auth_method: presented.method().to_owned(),
            grant_type: grant_type.map(|grant| grant.as_str().to_owned()),
            error: refused.error.public().0.as_str().to_owned(),
            reason: chain(&refused.error),
            source,
        };
        if let Err(error) = self.store.insert(&attempt, now + KEPT).await {
            warn!(
                reason = &error as &dyn std::error::Error,
                "a refused token request was not written down"
            );
        }
    }

    /// What was refused under that name: for the owner of the client that it names, for admins of its organization,
    /// and, if it names none, for operators.
    ///
    /// # Errors
    /// The caller may not see it, there is none, or a store failed.
    pub async fn find(
        &self,
        caller: &Caller,
        id: &CorrelationId,
    ) -> Result<ShownAttempt, AttemptsError> {
        use ManagementScope as Scope;
        if caller.require(Scope::Admin).is_err() && caller.require(Scope::Operator).is_err() {
            caller.require(Scope::ClientsRead)?;
        }
        let found = self.store.find(id, self.clock.now()).await?;
        let attempt = found.ok_or(AttemptsError::NotFound)?;
        let client = match &attempt.client_id {
            Some(id) => self.directory.find_client(id).await?.client,
            None => None,
        };
        if may_see(caller, client.as_ref()) {
            Ok(ShownAttempt { attempt, client })
        } else {
            Err(AttemptsError::NotFound)
        }
    }
}

fn may_see(caller: &Caller, client: Option<&Client>) -> bool {
    let has = |scope| caller.require(scope).is_ok();
    match client {
        Some(client) if client.owner == caller.owner().id => {
            has(ManagementScope::ClientsRead) || has(ManagementScope::Admin)
        }
        Some(client) => {
            client.organization == caller.organization().id && has(ManagementScope::Admin)
        }
        None => has(ManagementScope::Operator),
    }
}

/// What cannot be anybody's request costs no read, and so no write; where a store fails, the log alone tells.
fn got_to_authentication(refused: &Refused<TokenError>) -> bool {
    if refused.error.retry() == Some(Retry::Unavailable) {
        return false;
    }
    let names_nobody_known = match &refused.error {
        TokenError::Client(
            ClientAuthError::NotAuthenticated(failure) | ClientAuthError::Throttled { failure, .. },
        ) => matches!(failure, AuthenticationFailure::UnknownClient),
        _ => false,
    };
    refused.client_id.is_some() || names_nobody_known
}
