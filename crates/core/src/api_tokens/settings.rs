//! What is decided about a token, and the rules it must keep.

use std::collections::BTreeSet;

use jiff::Timestamp;
use m2m_types::admin::api_token::{CreateApiToken, PatchApiToken};
use m2m_types::admin::patch::Patch;
use m2m_types::audience::Audience;
use m2m_types::data_grant::DataGrant;
use m2m_types::names::ApiTokenName;
use m2m_types::problem::FieldError;
use m2m_types::referer::Referer;
use m2m_types::scope::ScopeSet;

use super::{ApiToken, ApiTokensError};
use crate::caller::{Caller, InsufficientScope};
use crate::resource_servers::{KnownServers, ResourceServer};

/// How many resource servers one may be for.
const MAX_APIS: usize = 20;
/// How many data grants one may have.
const MAX_GRANTS: usize = 100;
/// How long its data grants may be together, in bytes of JSON.
const MAX_GRANTS_LENGTH: usize = 16_384;
/// How many web origins one may be used from.
const MAX_REFERERS: usize = 50;

/// What is decided about a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Settings {
    /// None: a name is made.
    pub(super) name: Option<ApiTokenName>,
    pub(super) allowed_apis: Vec<Audience>,
    /// None: all that the caller could get.
    pub(super) scopes: Option<ScopeSet>,
    pub(super) grants: BTreeSet<DataGrant>,
    pub(super) referers: BTreeSet<Referer>,
    pub(super) expires_at: Option<Timestamp>,
}

impl From<CreateApiToken> for Settings {
    fn from(create: CreateApiToken) -> Self {
        Self {
            name: create.name,
            allowed_apis: create.allowed_apis,
            scopes: create.scopes,
            grants: create.grants,
            referers: create.referers,
            expires_at: create.expires_at,
        }
    }
}

impl Settings {
    /// What was decided about a token.
    pub(super) fn of(token: &ApiToken) -> Self {
        Self {
            name: Some(token.name.clone()),
            allowed_apis: token.allowed_apis.clone(),
            scopes: Some(token.scopes.clone()),
            grants: token.grants.clone(),
            referers: token.referers.clone(),
            expires_at: token.expires_at,
        }
    }

    /// The settings after a merge patch, RFC 7396.
    pub(super) fn patched(self, patch: PatchApiToken) -> Result<Self, ApiTokensError> {
        let needed = |pointer, what| {
            let error = FieldError::new(pointer, format!("an API access token needs {what}"));
            Err(ApiTokensError::Invalid(vec![error]))
        };
        if patch.name == Patch::Null {
            return needed("/name", "a name");
        }
        if patch.allowed_apis == Patch::Null {
            return needed("/allowed_apis", "an API that it is for");
        }
        Ok(Self {
            name: patch.name.over_option(self.name),
            allowed_apis: patch.allowed_apis.over(self.allowed_apis),
            scopes: patch.scopes.over_option(self.scopes),
            grants: patch.grants.over(self.grants),
            referers: patch.referers.over(self.referers),
            expires_at: patch.expires_at.over_option(self.expires_at),
        })
    }

    /// Checks what can be said without knowing who asks.
    pub(super) fn check_form(&self, now: Timestamp) -> Result<(), ApiTokensError> {
        let mut errors = Vec::new();
        let mut check = |pointer, holds: bool, detail: String| {
            if !holds {
                errors.push(FieldError::new(pointer, detail));
            }
        };
        let apis = self.allowed_apis.len();
        let detail = format!("1 to {MAX_APIS} identifiers of resource servers");
        check("/allowed_apis", (1..=MAX_APIS).contains(&apis), detail);
        let length = serde_json::to_string(&self.grants).map_or(usize::MAX, |json| json.len());
        let holds = self.grants.len() <= MAX_GRANTS && length <= MAX_GRANTS_LENGTH;
        let detail = format!("at most {MAX_GRANTS} of them, in {MAX_GRANTS_LENGTH} bytes of JSON");
        check("/grants", holds, detail);
        let detail = format!("at most {MAX_REFERERS} of them");
        check("/referers", self.referers.len() <= MAX_REFERERS, detail);
        let holds = self
            .expires_at
            .is_none_or(|end| now < end && end.subsec_nanosecond() == 0);
        let detail = "a moment in the future, in whole seconds".to_owned();
        check("/expires_at", holds, detail);
        refuse_if_any(errors)
    }

    /// The scopes of a token for these APIs that is no stronger than the caller: the ones that are wanted, all of
    /// them or none, else all that the caller could get. There are some of each API.
    pub(super) fn scopes_for(
        &self,
        caller: &Caller,
        known: &KnownServers,
    ) -> Result<ScopeSet, ApiTokensError> {
        let of_apis = self.obtainable(caller, known)?;
        let all: ScopeSet = of_apis.iter().flat_map(ScopeSet::iter).cloned().collect();
        let wanted = self.scopes.as_ref().unwrap_or(&all);
        if let Some(missing) = wanted.first_missing_from(&all) {
            return Err(InsufficientScope::ForApiToken(missing.to_string()).into());
        }
        let useless = of_apis
            .iter()
            .map(|most| wanted.intersection(most).is_empty());
        let errors = useless.enumerate().filter(|(_, is_useless)| *is_useless);
        let detail =
            "the token would have no scope of this API: you could get none, or scopes has none";
        refuse_if_any(
            errors
                .map(|(position, _)| error_at(position, detail))
                .collect(),
        )?;
        Ok(wanted.clone())
    }

    /// What the caller could get of each API.
    fn obtainable(
        &self,
        caller: &Caller,
        known: &KnownServers,
    ) -> Result<Vec<ScopeSet>, ApiTokensError> {
        let mut errors = Vec::new();
        let mut of_apis = Vec::new();
        for (position, api) in self.allowed_apis.iter().enumerate() {
            match known.find(api.as_str()) {
                _ if self.allowed_apis[..position].contains(api) => {
                    errors.push(error_at(position, "an API is named once"));
                }
                Some(ResourceServer::Management) => {
                    errors.push(error_at(
                        position,
                        "the management API takes access tokens alone",
                    ));
                }
                Some(server) => of_apis.push(caller.obtainable(known, &server)),
                None => errors.push(error_at(position, UNKNOWN)),
            }
        }
        refuse_if_any(errors)?;
        Ok(of_apis)
    }
}

const UNKNOWN: &str =
    "there is no resource server of that identifier: an operator has to record it first";

/// Demands that the caller could get whatever a token allows by now: who changes it could use it otherwise.
pub(super) fn require_no_weaker(
    caller: &Caller,
    token: &ApiToken,
    known: &KnownServers,
) -> Result<(), InsufficientScope> {
    let present = token.scopes.intersection(&caller.owner().permissions);
    for api in &token.allowed_apis {
        let Some(server) = known.find(api.as_str()) else {
            continue;
        };
        let of_api = known.filter(&server, &present);
        if let Some(missing) = of_api.first_missing_from(&caller.obtainable(known, &server)) {
            return Err(InsufficientScope::ForApiToken(missing.to_string()));
        }
    }
    Ok(())
}

fn error_at(position: usize, detail: &str) -> FieldError {
    FieldError::new(format!("/allowed_apis/{position}"), detail)
}

fn refuse_if_any(errors: Vec<FieldError>) -> Result<(), ApiTokensError> {
    if errors.is_empty() {
        Ok(())
    } else {
        Err(ApiTokensError::Invalid(errors))
    }
}
