//! Rules about settings that depend on who sets them, and on what was there before.

use m2m_types::problem::FieldError;

use super::ClientSettings;
use crate::caller::{Caller, InsufficientScope};
use crate::clients::ClientsError;
use crate::owner::Owner;

/// How many labels a client may have.
const MAX_TAGS: usize = 50;
/// How many scopes a client may have.
const MAX_SCOPES: usize = 200;
/// How many networks it may ask from.
const MAX_NETWORKS: usize = 100;
/// How many types of authorization details it may use.
const MAX_DETAIL_TYPES: usize = 50;

impl ClientSettings {
    /// Checks the rules; `previous` are the settings that a change starts from. What a change leaves as it
    /// was is not judged again: permissions may have changed since.
    pub(in crate::clients) fn check(
        &self,
        caller: &Caller,
        owner: &Owner,
        previous: Option<&Self>,
    ) -> Result<(), ClientsError> {
        let errors: Vec<FieldError> = [
            self.check_scopes(owner, previous),
            self.check_default_scopes(owner, previous),
            self.check_tags(),
            self.check_detail_types(),
            self.check_networks(),
        ]
        .into_iter()
        .flatten()
        .collect();
        if !errors.is_empty() {
            return Err(ClientsError::Invalid(errors));
        }
        if previous.is_none_or(|previous| self.has_other_power_than(previous)) {
            self.require_no_stronger_than(caller)?;
            // Whoever could narrow a stronger client, or give it credentials, could use it and wait for its
            // scopes to come back.
            if let Some(previous) = previous {
                previous.require_no_stronger_than(caller)?;
            }
        }
        Ok(())
    }

    fn require_no_stronger_than(&self, caller: &Caller) -> Result<(), InsufficientScope> {
        caller.require_no_stronger(self.scopes.as_ref(), &self.authorization_details_types)
    }

    /// Whether anything differs that says who can use the client, from where, what for, how often or for how long.
    fn has_other_power_than(&self, previous: &Self) -> bool {
        self.scopes != previous.scopes
            || self.audience_grants != previous.audience_grants
            || self.authorization_details_types != previous.authorization_details_types
            || self.grant_types != previous.grant_types
            || self.method != previous.method
            || self.dpop_bound != previous.dpop_bound
            || self.certificate_bound != previous.certificate_bound
            || self.custom_claims != previous.custom_claims
            || self.allowed_cidrs != previous.allowed_cidrs
            || self.token_quota != previous.token_quota
            || self.access_token_ttl != previous.access_token_ttl
    }

    fn check_scopes(&self, owner: &Owner, previous: Option<&Self>) -> Option<FieldError> {
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
        let foreign = scopes.first_missing_from(&owner.permissions)?;
        let detail = format!("the owner {} does not hold the scope {foreign}", owner.id);
        Some(FieldError::new("/scopes", detail))
    }

    fn check_default_scopes(&self, owner: &Owner, previous: Option<&Self>) -> Option<FieldError> {
        let default = self.default_scopes.as_ref()?;
        if previous.is_some_and(|previous| {
            previous.default_scopes == self.default_scopes && previous.scopes == self.scopes
        }) {
            return None;
        }
        let allowed = self.scopes.as_ref().unwrap_or(&owner.permissions);
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

    fn check_networks(&self) -> Option<FieldError> {
        let detail = format!("at most {MAX_NETWORKS} of them");
        (self.allowed_cidrs.len() > MAX_NETWORKS).then(|| FieldError::new("/allowed_cidrs", detail))
    }

    fn check_detail_types(&self) -> Option<FieldError> {
        let detail = format!("at most {MAX_DETAIL_TYPES} of them");
        (self.authorization_details_types.len() > MAX_DETAIL_TYPES)
            .then(|| FieldError::new("/authorization_details_types", detail))
    }
}
