//! Deleting an API access token: dead at once, and for good.

use m2m_types::admin::scopes::ManagementScope;
use m2m_types::names::ApiTokenId;
use tracing::{info, warn};

use super::patch::{check_expected, overtaken};
use super::{ApiTokensError, ManagedApiTokens};
use crate::caller::Caller;
use crate::ports::WriteOutcome;
use crate::revision::{ATTEMPTS, Precondition};

impl ManagedApiTokens {
    /// Deletes one of the caller's tokens, also one that is stronger than the caller.
    ///
    /// # Errors
    /// The caller may not, the precondition does not hold, or there is no such token.
    pub async fn delete(
        &self,
        caller: &Caller,
        id: &ApiTokenId,
        precondition: &Precondition,
    ) -> Result<(), ApiTokensError> {
        caller.require(ManagementScope::TokensWrite)?;
        for _ in 0..ATTEMPTS {
            let present = self.find_owned(caller, id).await?;
            check_expected(precondition, &present)?;
            let removed = self.store.remove(&present.digest, Some(present.revision));
            if removed.await? == WriteOutcome::Written {
                info!(api_token = %id, by = %caller.actor(), "API access token deleted");
                // An entry without its token shows nothing, and the next create takes it off the list.
                if let Err(error) = self.store.unlist(&present.owner, id).await {
                    warn!(api_token = %id, reason = &error as &dyn std::error::Error, "a deleted token stays on its list");
                }
                return Ok(());
            }
        }
        Err(overtaken(precondition))
    }
}
