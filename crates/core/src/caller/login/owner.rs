//! The owner that a person is: whether it may act, and what a login makes of it.

use m2m_types::admin::principals::PermissionsSource as SourceName;
use m2m_types::names::{OrganizationId, OwnerId};
use m2m_types::scope::ScopeSet;

use super::claims::LoginClaims;
use super::error::LoginError;
use super::trusted_issuer::TrustedIssuer;
use crate::active_client::NotActive;
use crate::organization::Organization;
use crate::owner::{Owner, PermissionsSource};
use crate::ports::Principals;
use crate::random::Random;

/// Gives the owner, if there is one yet, and the organization, if both may act for that login.
pub(super) fn may_act(
    found: Principals,
    owner: &OwnerId,
    named: &OrganizationId,
) -> Result<(Option<Owner>, Organization), LoginError> {
    let no_such = || LoginError::NoSuchOrganization {
        organization: named.clone(),
    };
    let organization = found.organization.ok_or_else(no_such)?;
    let present = found.owner;
    if present.as_ref().is_some_and(|it| it.organization != *named) {
        let (owner, named) = (owner.clone(), named.clone());
        return Err(LoginError::OwnerElsewhere { owner, named });
    }
    let inactive = match &present {
        Some(owner) if !owner.active => Some(NotActive::Owner),
        _ if !organization.active => Some(NotActive::Organization),
        _ => None,
    };
    match inactive {
        Some(inactive) => Err(LoginError::Inactive {
            owner: owner.clone(),
            inactive,
        }),
        None => Ok((present, organization)),
    }
}

/// The owner as it has to be after a login: new, changed, or as it is.
pub(super) fn after(
    issuer: &TrustedIssuer,
    login: &LoginClaims,
    organization: &OrganizationId,
    present: Option<&Owner>,
    random: &dyn Random,
) -> Owner {
    let claimed = login.permissions.as_ref();
    let granted = claimed.map(|claimed| claimed.intersection(&issuer.permissions));
    let by_login = PermissionsSource::Login {
        as_of: Some(login.issued_at),
    };
    match (present, granted) {
        (Some(owner), Some(granted)) if is_changed_by(owner, &granted, login) => Owner {
            permissions: granted,
            permissions_source: by_login,
            ..owner.clone()
        },
        (Some(owner), _) => owner.clone(),
        (None, granted) => {
            let (permissions, permissions_source) = match (issuer.permissions_source, granted) {
                (SourceName::Login, Some(granted)) => (granted, by_login),
                _ => (issuer.permissions.clone(), PermissionsSource::Record),
            };
            let (id, organization) = (login.owner.clone(), organization.clone());
            Owner {
                permissions_source,
                ..Owner::new(id, organization, permissions, random)
            }
        }
    }
}

/// Whether logins decide for the owner, and this one says something else than the last, and no earlier.
fn is_changed_by(owner: &Owner, granted: &ScopeSet, login: &LoginClaims) -> bool {
    match owner.permissions_source {
        PermissionsSource::Record => false,
        PermissionsSource::Login { as_of } => {
            owner.permissions != *granted && as_of.is_none_or(|as_of| as_of <= login.issued_at)
        }
    }
}
