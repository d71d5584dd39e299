//! Changing an API access token.

use m2m_types::admin::api_token::PatchApiToken;
use m2m_types::admin::scopes::ManagementScope;
use m2m_types::names::ApiTokenId;
use tracing::info;

use super::create::contended;
use super::settings::{Settings, require_no_weaker};
use super::{ApiToken, ApiTokensError, ManagedApiTokens};
use crate::caller::Caller;
use crate::ports::WriteOutcome;
use crate::revision::{ATTEMPTS, Precondition};

impl ManagedApiTokens {
    /// Changes what the patch names (RFC 7396). Its value stays. Anything but the name takes a caller that could
    /// get all that the token allows, before and after.
    ///
    /// # Errors
    /// The caller may not, the precondition or a rule does not hold, or there is no such token.
    pub async fn patch(
        &self,
        caller: &Caller,
        id: &ApiTokenId,
        patch: &PatchApiToken,
        precondition: &Precondition,
    ) -> Result<ApiToken, ApiTokensError> {
        caller.require(ManagementScope::TokensWrite)?;
        for _ in 0..ATTEMPTS {
            let present = self.find_owned(caller, id).await?;
            check_expected(precondition, &present)?;
            let before = Settings::of(&present);
            let after = before.clone().patched(patch.clone())?;
            if after == before {
                return Ok(present);
            }
            let expected = present.revision;
            let changed = self.changed(caller, present, &before, after).await?;
            if self.store.replace(&changed, expected).await? == WriteOutcome::Written {
                info!(api_token = %id, by = %caller.actor(), "API access token changed");
                return Ok(changed);
            }
        }
        Err(overtaken(precondition))
    }

    async fn changed(
        &self,
        caller: &Caller,
        present: ApiToken,
        before: &Settings,
        after: Settings,
    ) -> Result<ApiToken, ApiTokensError> {
        let now = self.clock.now();
        after.check_form(now)?;
        let renamed = Settings {
            name: after.name.clone(),
            ..before.clone()
        };
        let mut scopes = present.scopes.clone();
        if after != renamed {
            let known = self.catalog.current().await?;
            require_no_weaker(caller, &present, &known)?;
            // What stays as it was is not judged again: permissions may have changed since.
            if (&after.allowed_apis, &after.scopes) != (&before.allowed_apis, &before.scopes) {
                scopes = after.scopes_for(caller, &known)?;
            }
        }
        Ok(ApiToken {
            name: after.name.unwrap_or(present.name),
            allowed_apis: after.allowed_apis,
            scopes,
            grants: after.grants,
            referers: after.referers,
            expires_at: after.expires_at,
            updated_at: now,
            revision: present.revision.next(),
            ..present
        })
    }
}

/// Whether the token is as the caller expects.
pub(super) fn check_expected(
    precondition: &Precondition,
    token: &ApiToken,
) -> Result<(), ApiTokensError> {
    if precondition.holds_for(token.revision) {
        Ok(())
    } else {
        Err(ApiTokensError::PreconditionFailed)
    }
}

/// A change that others kept overtaking: the caller's expectation failed, or it had none and may try again.
pub(super) fn overtaken(precondition: &Precondition) -> ApiTokensError {
    match precondition {
        Precondition::None => contended(),
        Precondition::Exists | Precondition::OneOf(_) => ApiTokensError::PreconditionFailed,
    }
}
