//! Recording a resource server.

use m2m_types::admin::resource_server::{
    CreateResourceServer, ReplaceResourceServer, ResourceServerView,
};
use m2m_types::admin::scopes::ManagementScope;
use m2m_types::idempotency_key::IdempotencyKey;
use m2m_types::names::ResourceServerId;
use tracing::info;

use super::change::contended;
use super::error::MAX_SERVERS;
use super::settings::{apply, present_settings, settings_of, view};
use super::{KnownServers, Registry, ResourceServerRecord, ResourceServersError};
use crate::caller::Caller;
use crate::idempotency::Answered;
use crate::ports::WriteOutcome;
use crate::random::new_ulid;
use crate::revision::{ATTEMPTS, Precondition, Revision};

/// What is called.
const CALL: &str = "POST /v1/resource-servers";

impl Registry {
    /// Records a resource server. Without a key the identifier makes it repeatable: the same request again gets the same
    /// answer as long as the record is as that request made it, any other is told that the identifier is taken.
    ///
    /// # Errors
    /// The caller may not, a rule does not hold, or identifier or scopes are somebody else's.
    pub async fn create(
        &self,
        caller: &Caller,
        request: &CreateResourceServer,
        key: Option<&IdempotencyKey>,
    ) -> Result<Answered<ResourceServerView>, ResourceServersError> {
        caller.require(ManagementScope::Operator)?;
        let once = self.answers.once(caller, CALL, key, request)?;
        let settings = settings_of(request);
        for _ in 0..ATTEMPTS {
            if let Some(first) = once.first().await? {
                return Ok(first);
            }
            let change = self.catalog.begin_change().await?;
            if let Some(twin) = same_identifier(change.known(), request)? {
                let answered = answered(repeat(twin, &settings)?);
                match once.keep_alone(&answered).await? {
                    WriteOutcome::Written => return Ok(answered),
                    WriteOutcome::ChangedMeanwhile => continue,
                }
            }
            if change.known().recorded().len() >= MAX_SERVERS {
                return Err(ResourceServersError::LimitReached);
            }
            let new = apply(settings.clone(), self.empty(request), change.known())?;
            let answered = answered(&new);
            let kept = once.keep(&answered)?;
            if change.write(&new, kept.as_ref()).await? == WriteOutcome::Written {
                info!(resource_server = %new.identifier, by = %caller.actor(), "resource server recorded");
                return Ok(answered);
            }
        }
        Err(contended(&Precondition::None))
    }

    #[expect(clippy::expect_used, reason = "a ULID has the form of the id")]
    fn empty(&self, request: &CreateResourceServer) -> ResourceServerRecord {
        let now = self.clock.now();
        let id = format!("rs_{}", new_ulid(&*self.clock, &*self.random));
        ResourceServerRecord {
            // Unwrap safety: 3 + 26 characters of Crockford's base 32.
            id: ResourceServerId::parse(id).expect("an id"),
            identifier: request.identifier.clone(),
            name: request.name.clone(),
            scopes: Default::default(),
            access_token_ttl: None,
            algorithm: None,
            introspection_clients: Default::default(),
            authorization_details_types: Default::default(),
            created_at: now,
            updated_at: now,
            revision: Revision::FIRST,
        }
    }
}

/// Who has that identifier already.
fn same_identifier<'a>(
    known: &'a KnownServers,
    request: &CreateResourceServer,
) -> Result<Option<&'a ResourceServerRecord>, ResourceServersError> {
    if known.is_management(&request.identifier) {
        return Err(ResourceServersError::IdentifierTaken);
    }
    let mut recorded = known.recorded().iter();
    Ok(recorded.find(|server| server.identifier == request.identifier))
}

fn answered(server: &ResourceServerRecord) -> Answered<ResourceServerView> {
    Answered {
        answer: view(server),
        revision: server.revision,
    }
}

fn repeat<'a>(
    twin: &'a ResourceServerRecord,
    wanted: &ReplaceResourceServer,
) -> Result<&'a ResourceServerRecord, ResourceServersError> {
    if present_settings(twin) == *wanted {
        Ok(twin)
    } else {
        Err(ResourceServersError::IdentifierTaken)
    }
}
