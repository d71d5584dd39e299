//! Making an API access token.

use std::time::Duration;

use m2m_types::admin::api_token::{ApiTokenStatus, CreateApiToken, CreatedApiToken};
use m2m_types::admin::scopes::ManagementScope;
use m2m_types::api_token::ApiTokenValue;
use m2m_types::generation::Generation;
use m2m_types::idempotency_key::IdempotencyKey;
use m2m_types::names::{ApiTokenId, ApiTokenName};
use m2m_types::scope::ScopeSet;
use tracing::info;

use super::read::view;
use super::settings::Settings;
use super::{ApiToken, ApiTokensError, MAX_PER_OWNER, ManagedApiTokens};
use crate::caller::Caller;
use crate::idempotency::Answered;
use crate::ports::WriteOutcome;
use crate::random::new_ulid;
use crate::revision::{ATTEMPTS, Revision};
use crate::secret::SecretDigest;

/// What is called.
const CALL: &str = "POST /v1/api-tokens";

impl ManagedApiTokens {
    /// Makes a token for the caller's owner. Made by a client, it dies with it.
    ///
    /// # Errors
    /// The caller may not, a rule does not hold, the owner has as many as it may, or a store failed.
    pub async fn create(
        &self,
        caller: &Caller,
        request: &CreateApiToken,
        key: Option<&IdempotencyKey>,
    ) -> Result<Answered<CreatedApiToken>, ApiTokensError> {
        caller.require(ManagementScope::TokensWrite)?;
        let once = self.answers.once(caller, CALL, key, request)?;
        // Before the rules: what was made then may break one by now, such as an end that is over.
        if let Some(first) = once.first().await? {
            return Ok(first);
        }
        let settings = Settings::from(request.clone());
        settings.check_form(self.clock.now())?;
        let scopes = settings.scopes_for(caller, &*self.catalog.current().await?)?;
        let deployment = self.keys.current().await?.generation();
        let value = ApiTokenValue::from_random_bytes(&self.random.bytes());
        let token = self.prepare(caller, settings, scopes, &value, deployment);
        let answered = Answered {
            revision: token.revision,
            answer: CreatedApiToken {
                token: view(&token, ApiTokenStatus::Active),
                api_token: value,
            },
        };
        for _ in 0..ATTEMPTS {
            let inserts = self.room_for(&token).await?;
            let kept = once.keep(&answered)?;
            let written = self.store.insert(&token, inserts, kept.as_ref()).await?;
            if written == WriteOutcome::Written {
                info!(api_token = %token.id, by = %caller.actor(), "API access token made");
                return Ok(answered);
            }
            if let Some(first) = once.first().await? {
                return Ok(first);
            }
        }
        Err(contended())
    }

    fn prepare(
        &self,
        caller: &Caller,
        settings: Settings,
        scopes: ScopeSet,
        value: &ApiTokenValue,
        deployment: Generation,
    ) -> ApiToken {
        let now = self.clock.now();
        ApiToken {
            id: self.new_id(),
            digest: SecretDigest::of_api_token(value),
            hint: value.hint(),
            name: settings.name.unwrap_or_else(|| name_after(value)),
            owner: caller.owner().id.clone(),
            organization: caller.organization().id.clone(),
            client: caller.actor().client_id().cloned(),
            generations: caller.generations(deployment),
            allowed_apis: settings.allowed_apis,
            scopes,
            grants: settings.grants,
            referers: settings.referers,
            created_at: now,
            updated_at: now,
            expires_at: settings.expires_at,
            revision: Revision::FIRST,
        }
    }

    /// The inserts after which there is room for the token. Takes off the owner's list what is gone.
    async fn room_for(&self, token: &ApiToken) -> Result<u64, ApiTokensError> {
        let owned = self.store.owned(&token.owner, token.created_at).await?;
        for gone in &owned.left_over {
            self.store.unlist(&token.owner, gone).await?;
        }
        if owned.live >= MAX_PER_OWNER {
            return Err(ApiTokensError::LimitReached);
        }
        Ok(owned.inserts)
    }

    #[expect(clippy::expect_used, reason = "a ULID has the form of the id")]
    fn new_id(&self) -> ApiTokenId {
        let id = format!("at_{}", new_ulid(&*self.clock, &*self.random));
        // Unwrap safety: 3 + 26 characters of Crockford's base 32.
        ApiTokenId::parse(id).expect("an id")
    }
}

/// The hint tells people which token it is, wherever they find one.
#[expect(clippy::expect_used, reason = "a hint is a part of a name")]
fn name_after(value: &ApiTokenValue) -> ApiTokenName {
    // Unwrap safety: letters, digits and hyphens.
    ApiTokenName::parse(format!("api-token-{}", value.hint())).expect("a name")
}

pub(super) fn contended() -> ApiTokensError {
    ApiTokensError::Contended {
        retry_after: Duration::from_secs(1),
    }
}
