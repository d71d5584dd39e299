//! What an owner decides about a client, and the rules it must keep.

use m2m_types::admin::client::{CreateClient, PatchClient, ReplaceClient, Tags};
use m2m_types::admin::patch::Patch;
use m2m_types::names::{ClientName, Description, TagKey, TagValue};
use m2m_types::problem::FieldError;
use m2m_types::scope::ScopeSet;
use m2m_types::ttl::AccessTokenTtl;

use super::ClientsError;
use crate::caller::Caller;
use crate::client::Client;

/// How many labels a client may have.
const MAX_TAGS: usize = 50;
/// How many scopes a client may have.
const MAX_SCOPES: usize = 200;

/// The part of a client that its owner decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClientSettings {
    pub(crate) name: ClientName,
    pub(crate) description: Option<Description>,
    pub(crate) scopes: Option<ScopeSet>,
    pub(crate) default_scopes: Option<ScopeSet>,
    pub(crate) access_token_ttl: AccessTokenTtl,
    pub(crate) deletion_protection: bool,
    pub(crate) tags: Tags,
}

impl ClientSettings {
    pub(super) fn of(client: &Client) -> Self {
        Self {
            name: client.name.clone(),
            description: client.description.clone(),
            scopes: client.scopes.clone(),
            default_scopes: client.default_scopes.clone(),
            access_token_ttl: client.access_token_ttl,
            deletion_protection: client.deletion_protection,
            tags: client.tags.clone(),
        }
    }

    /// The client with these settings.
    pub(super) fn apply_to(self, client: Client) -> Client {
        Client {
            name: self.name,
            description: self.description,
            scopes: self.scopes,
            default_scopes: self.default_scopes,
            access_token_ttl: self.access_token_ttl,
            deletion_protection: self.deletion_protection,
            tags: self.tags,
            ..client
        }
    }

    /// The settings after a merge patch, RFC 7396.
    pub(super) fn patched(self, patch: PatchClient) -> Result<Self, ClientsError> {
        let name = match patch.name {
            Patch::Absent => self.name,
            Patch::Value(name) => name,
            Patch::Null => {
                return Err(ClientsError::Invalid(vec![FieldError::new(
                    "/name",
                    "a client needs a name",
                )]));
            }
        };
        Ok(Self {
            name,
            description: patch.description.over_option(self.description),
            scopes: patch.scopes.over_option(self.scopes),
            default_scopes: patch.default_scopes.over_option(self.default_scopes),
            access_token_ttl: patch.access_token_ttl_seconds.over(self.access_token_ttl),
            deletion_protection: patch.deletion_protection.over(self.deletion_protection),
            tags: patched_tags(patch.tags, self.tags),
        })
    }

    /// Checks the rules; `previous` are the settings that a change starts from. What a change leaves as it
    /// was is not judged again: permissions may have changed since.
    pub(super) fn check(
        &self,
        caller: &Caller,
        previous: Option<&Self>,
    ) -> Result<(), ClientsError> {
        let errors: Vec<FieldError> = [
            self.check_scopes(caller, previous),
            self.check_default_scopes(caller, previous),
            self.check_tags(),
        ]
        .into_iter()
        .flatten()
        .collect();
        if !errors.is_empty() {
            return Err(ClientsError::Invalid(errors));
        }
        if previous.is_none_or(|previous| previous.scopes != self.scopes) {
            caller.require_no_stronger(self.scopes.as_ref())?;
            // Whoever could narrow a stronger client could see its secret, and wait for its scopes to come back.
            if let Some(previous) = previous {
                caller.require_no_stronger(previous.scopes.as_ref())?;
            }
        }
        Ok(())
    }

    fn check_scopes(&self, caller: &Caller, previous: Option<&Self>) -> Option<FieldError> {
        let scopes = self.scopes.as_ref()?;
        if previous.is_some_and(|previous| previous.scopes == self.scopes) {
            return None;
        }
        if scopes.len() > MAX_SCOPES {
            return Some(FieldError::new(
                "/scopes",
                format!("at most {MAX_SCOPES} scopes"),
            ));
        }
        let foreign = scopes.first_missing_from(&caller.owner().permissions)?;
        let detail = format!(
            "the owner {} does not hold the scope {foreign}",
            caller.owner().id
        );
        Some(FieldError::new("/scopes", detail))
    }

    fn check_default_scopes(&self, caller: &Caller, previous: Option<&Self>) -> Option<FieldError> {
        let default = self.default_scopes.as_ref()?;
        if previous.is_some_and(|previous| {
            previous.default_scopes == self.default_scopes && previous.scopes == self.scopes
        }) {
            return None;
        }
        let allowed = self.scopes.as_ref().unwrap_or(&caller.owner().permissions);
        let foreign = default.first_missing_from(allowed)?;
        Some(FieldError::new(
            "/default_scopes",
            format!("{foreign} is not one of the client's scopes"),
        ))
    }

    fn check_tags(&self) -> Option<FieldError> {
        (self.tags.len() > MAX_TAGS)
            .then(|| FieldError::new("/tags", format!("at most {MAX_TAGS} tags")))
    }
}

impl From<&CreateClient> for ClientSettings {
    fn from(request: &CreateClient) -> Self {
        Self {
            name: request.name.clone(),
            description: request.description.clone(),
            scopes: request.scopes.clone(),
            default_scopes: request.default_scopes.clone(),
            access_token_ttl: request.access_token_ttl_seconds.unwrap_or_default(),
            deletion_protection: request.deletion_protection,
            tags: request.tags.clone(),
        }
    }
}

impl From<ReplaceClient> for ClientSettings {
    fn from(request: ReplaceClient) -> Self {
        Self {
            name: request.name,
            description: request.description,
            scopes: request.scopes,
            default_scopes: request.default_scopes,
            access_token_ttl: request.access_token_ttl_seconds,
            deletion_protection: request.deletion_protection,
            tags: request.tags,
        }
    }
}

fn patched_tags(
    patch: Patch<std::collections::BTreeMap<TagKey, Option<TagValue>>>,
    mut tags: Tags,
) -> Tags {
    match patch {
        Patch::Absent => tags,
        Patch::Null => Tags::new(),
        Patch::Value(changes) => {
            for (key, change) in changes {
                match change {
                    Some(value) => tags.insert(key, value),
                    None => tags.remove(&key),
                };
            }
            tags
        }
    }
}
