//! Owners: for the admins of their organization.

use m2m_types::admin::principals::{OwnerView, PermissionsSource as SourceName, PutOwner};
use m2m_types::admin::scopes::ManagementScope;
use m2m_types::names::OwnerId;
use m2m_types::scope::ScopeSet;
use tracing::info;

use super::error::{invalid, written};
use super::{Expectation, ManagedPrincipals, PrincipalsError};
use crate::caller::{Caller, IamCallers};
use crate::owner::{Owner, PermissionsSource};
use crate::ports::{StoreError, WriteOutcome};

/// How many scopes an owner may hold.
const MAX_PERMISSIONS: usize = 500;

impl ManagedPrincipals {
    /// An owner of the caller's organization.
    ///
    /// # Errors
    /// The caller is no admin, or there is no such owner.
    pub async fn owner(&self, caller: &Caller, id: &OwnerId) -> Result<OwnerView, PrincipalsError> {
        caller.require(ManagementScope::Admin)?;
        let found = self.find_owner(caller, id).await?;
        let visible = found.filter(|owner| is_of(caller, owner));
        visible.as_ref().map(view).ok_or(PrincipalsError::NotFound)
    }

    /// Makes or changes an owner of the caller's organization. Switching it off raises its generation: its clients get
    /// no token at the next request, and those that they have are dead.
    ///
    /// A caller grants only what it holds itself, and only an operator changes an operator.
    ///
    /// # Errors
    /// The caller may not, or the expectation or a rule does not hold.
    pub async fn put_owner(
        &self,
        caller: &Caller,
        id: &OwnerId,
        request: &PutOwner,
        expectation: &Expectation,
    ) -> Result<OwnerView, PrincipalsError> {
        caller.require(ManagementScope::Admin)?;
        check_request(caller, request)?;
        let present = self.find_owner(caller, id).await?;
        if present.as_ref().is_some_and(|owner| !is_of(caller, owner)) {
            return Err(match expectation {
                Expectation::Absent => PrincipalsError::PreconditionFailed,
                Expectation::Nothing => PrincipalsError::PreconditionRequired,
                Expectation::Present | Expectation::Tagged(_) => PrincipalsError::NotFound,
            });
        }
        expectation.check(present.as_ref().map(view).as_ref())?;
        self.check_change(caller, id, present.as_ref(), request)?;
        let changed = self.changed_owner(id, request, present.as_ref());
        if present.as_ref() != Some(&changed) {
            written(self.write_owner(&changed, present.as_ref()).await?)?;
            info!(owner = %id, by = %caller.actor(), "owner changed");
        }
        Ok(view(&changed))
    }

    fn check_change(
        &self,
        caller: &Caller,
        id: &OwnerId,
        present: Option<&Owner>,
        request: &PutOwner,
    ) -> Result<(), PrincipalsError> {
        let Some(present) = present else {
            self.check_source(caller, id)?;
            return Ok(caller.require_may_grant(request.permissions.iter())?);
        };
        if ManagementScope::Operator.is_in(&present.permissions) {
            caller.require(ManagementScope::Operator)?;
        }
        // Switching on gives back all that it has.
        let is_new = |scope: &&_| !present.permissions.contains(scope) || !present.active;
        Ok(caller.require_may_grant(request.permissions.iter().filter(is_new))?)
    }

    /// Whoever made an owner in another organization than its principals or logins are in would shut them out.
    fn check_source(&self, caller: &Caller, id: &OwnerId) -> Result<(), PrincipalsError> {
        if IamCallers::may_own(id) {
            let detail = "iam|… is made by the first call of its principal in M2M_IAM_PRINCIPALS";
            return Err(invalid("", detail));
        }
        let is_operator = caller.require(ManagementScope::Operator).is_ok();
        let organization = &caller.organization().id;
        if !self.trusted_issuers.may_make(id, organization, is_operator) {
            let detail = "logins of that issuer name other organizations than yours: the first login makes the owner";
            return Err(invalid("", detail));
        }
        Ok(())
    }

    fn changed_owner(&self, id: &OwnerId, request: &PutOwner, present: Option<&Owner>) -> Owner {
        let base = present.cloned().unwrap_or_else(|| {
            let permissions = ScopeSet::default();
            let organization = request.organization.clone();
            Owner::new(id.clone(), organization, permissions, &*self.random)
        });
        let is_stopped = base.active && !request.active && present.is_some();
        Owner {
            permissions: request.permissions.clone(),
            permissions_source: self.changed_source(request, &base),
            active: request.active,
            generation: match is_stopped {
                true => base.generation.raised(),
                false => base.generation,
            },
            ..base
        }
    }

    /// Whoever takes something from an owner whose logins decide means it: logins of before bring nothing back.
    fn changed_source(&self, request: &PutOwner, present: &Owner) -> PermissionsSource {
        match (request.permissions_source, present.permissions_source) {
            (SourceName::Record, _) => PermissionsSource::Record,
            (SourceName::Login, PermissionsSource::Login { as_of })
                if request.permissions == present.permissions =>
            {
                PermissionsSource::Login { as_of }
            }
            (SourceName::Login, _) => PermissionsSource::Login {
                as_of: Some(self.clock.now()),
            },
        }
    }

    async fn write_owner(
        &self,
        owner: &Owner,
        present: Option<&Owner>,
    ) -> Result<WriteOutcome, StoreError> {
        match present {
            Some(present) if present.generation != owner.generation => {
                let now = self.clock.now();
                self.directory.stop_owner(owner, present, now).await
            }
            present => self.directory.replace_owner(owner, present).await,
        }
    }

    async fn find_owner(&self, caller: &Caller, id: &OwnerId) -> Result<Option<Owner>, StoreError> {
        let organization = &caller.organization().id;
        let found = self.directory.find_principals(id, organization).await?;
        Ok(found.owner)
    }
}

fn is_of(caller: &Caller, owner: &Owner) -> bool {
    caller.organization().id == owner.organization
}

/// What can be said without knowing the owner, so that it tells nothing of one.
fn check_request(caller: &Caller, request: &PutOwner) -> Result<(), PrincipalsError> {
    if request.organization != caller.organization().id {
        let detail = "must be your own organization, which an owner never leaves";
        return Err(invalid("/organization", detail));
    }
    if request.permissions.len() > MAX_PERMISSIONS {
        let detail = format!("at most {MAX_PERMISSIONS} scopes");
        return Err(invalid("/permissions", &detail));
    }
    Ok(())
}

fn view(owner: &Owner) -> OwnerView {
    OwnerView {
        owner: owner.id.clone(),
        organization: owner.organization.clone(),
        permissions: owner.permissions.clone(),
        permissions_source: match owner.permissions_source {
            PermissionsSource::Record => SourceName::Record,
            PermissionsSource::Login { .. } => SourceName::Login,
        },
        active: owner.active,
    }
}
