//! Organizations: for operators.

use m2m_types::admin::principals::{OrganizationView, PutOrganization};
use m2m_types::admin::scopes::ManagementScope;
use m2m_types::names::OrganizationId;
use tracing::info;

use super::error::written;
use super::{Expectation, ManagedPrincipals, PrincipalsError};
use crate::caller::Caller;
use crate::organization::Organization;
use crate::ports::{StoreError, WriteOutcome};

impl ManagedPrincipals {
    /// An organization.
    ///
    /// # Errors
    /// The caller is no operator, or there is none.
    pub async fn organization(
        &self,
        caller: &Caller,
        id: &OrganizationId,
    ) -> Result<OrganizationView, PrincipalsError> {
        caller.require(ManagementScope::Operator)?;
        let found = self.find_organization(caller, id).await?;
        found.as_ref().map(view).ok_or(PrincipalsError::NotFound)
    }

    /// Makes or changes an organization. Switching it off raises its generation: its clients get no token at the next
    /// request, and those that they have are dead. Existing clients go on when the plan loses M2M.
    ///
    /// # Errors
    /// The caller may not, or the expectation does not hold.
    pub async fn put_organization(
        &self,
        caller: &Caller,
        id: &OrganizationId,
        request: &PutOrganization,
        expectation: &Expectation,
    ) -> Result<OrganizationView, PrincipalsError> {
        caller.require(ManagementScope::Operator)?;
        let present = self.find_organization(caller, id).await?;
        expectation.check(present.as_ref().map(view).as_ref())?;
        let changed = self.changed_organization(id, request, present.as_ref());
        if present.as_ref() != Some(&changed) {
            written(self.write_organization(&changed, present.as_ref()).await?)?;
            info!(organization = %id, by = %caller.actor(), "organization changed");
        }
        Ok(view(&changed))
    }

    fn changed_organization(
        &self,
        id: &OrganizationId,
        request: &PutOrganization,
        present: Option<&Organization>,
    ) -> Organization {
        let new = || Organization::unlimited(id.clone(), &*self.random);
        let base = present.cloned().unwrap_or_else(new);
        let is_stopped = base.active && !request.active && present.is_some();
        Organization {
            name: request.name.to_string(),
            plan: request.plan.to_string(),
            m2m_clients_allowed: request.m2m_clients_allowed,
            max_clients: request.max_clients,
            token_quota: request.token_quota,
            active: request.active,
            generation: match is_stopped {
                true => base.generation.raised(),
                false => base.generation,
            },
            ..base
        }
    }

    async fn write_organization(
        &self,
        organization: &Organization,
        present: Option<&Organization>,
    ) -> Result<WriteOutcome, StoreError> {
        match present {
            Some(present) if present.generation != organization.generation => {
                let now = self.clock.now();
                self.directory
                    .stop_organization(organization, present, now)
                    .await
            }
            present => {
                self.directory
                    .replace_organization(organization, present)
                    .await
            }
        }
    }

    async fn find_organization(
        &self,
        caller: &Caller,
        id: &OrganizationId,
    ) -> Result<Option<Organization>, StoreError> {
        let found = self
            .directory
            .find_principals(&caller.owner().id, id)
            .await?;
        Ok(found.organization)
    }
}

fn view(organization: &Organization) -> OrganizationView {
    OrganizationView {
        organization: organization.id.clone(),
        name: organization.name.clone(),
        plan: organization.plan.clone(),
        m2m_clients_allowed: organization.m2m_clients_allowed,
        max_clients: organization.max_clients,
        token_quota: organization.token_quota,
        active: organization.active,
    }
}
