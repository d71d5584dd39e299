//! Callers that AWS IAM authenticated at the gateway.

use std::sync::Arc;

use m2m_types::generation::Generation;
use m2m_types::iam_principal::IamPrincipal;
use m2m_types::names::{OrganizationId, OwnerId};
use m2m_types::scope::ScopeSet;
use tracing::info;

use super::{Actor, Caller, IamCallers, IamEntry};
use crate::active_client::{NotActive, both_active};
use crate::organization::Organization;
use crate::owner::Owner;
use crate::ports::{Directory, Principals, StoreError, WriteOutcome};
use crate::random::Random;
use crate::revision::ATTEMPTS;

/// The one route on which a gateway checks signatures.
const ROUTE_KEY: &str = "ANY /iam/v1/{proxy+}";

/// What a gateway says of a request beside its content. A client cannot write it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GatewayContext {
    /// The account of the gateway.
    pub account_id: Option<String>,
    /// The gateway's own identifier.
    pub api_id: Option<String>,
    /// Which of its routes the request took.
    pub route_key: Option<String>,
    /// The account of the principal whose signature it checked.
    pub principal_account_id: Option<String>,
    /// The ARN of that principal.
    pub principal_arn: Option<String>,
}

/// Why a caller was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum IamError {
    /// This deployment has no list of principals.
    #[error("this deployment lets nobody in by AWS IAM")]
    NotConfigured,
    /// No gateway of ours vouches for the caller.
    #[error("the request did not come through the route of AWS IAM: {0}")]
    NotVouchedFor(&'static str),
    /// A principal that is on no list.
    #[error("{arn} is not in M2M_IAM_PRINCIPALS")]
    UnknownPrincipal {
        /// As the gateway names it.
        arn: String,
        /// As an entry would; none for somebody who can have none.
        principal: Option<IamPrincipal>,
    },
    /// Its owner exists in another organization than the entry says.
    #[error("the owner {owner} of {arn} is in the organization {present}, not in {configured}")]
    OwnerElsewhere {
        /// As the gateway names the caller.
        arn: String,
        /// On whose behalf it would act.
        owner: OwnerId,
        /// Where the owner is.
        present: OrganizationId,
        /// Where the entry wants it.
        configured: OrganizationId,
    },
    /// Its owner or organization is switched off.
    #[error("{arn} may not act: {inactive}")]
    Inactive {
        /// As the gateway names the caller.
        arn: String,
        /// What is.
        inactive: NotActive,
    },
    /// Nothing can be said.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Accepts whom the gateway authenticated by AWS IAM and the operator listed.
pub struct IamAuthentication {
    /// Who may; none: nobody.
    pub callers: Option<IamCallers>,
    /// Who stands behind them.
    pub directory: Arc<dyn Directory>,
    /// What new records are told apart by.
    pub random: Arc<dyn Random>,
}

impl IamAuthentication {
    /// Checks that the gateway of this deployment vouches for the caller, on the route that it checks
    /// signatures on, and that the operator listed the principal. Makes the owner and the organization
    /// that the list names unless they exist: that is how a deployment gets its first owner.
    ///
    /// # Errors
    /// Why the caller is not accepted.
    pub async fn authenticate(&self, context: Option<&GatewayContext>) -> Result<Caller, IamError> {
        let callers = self.callers.as_ref().ok_or(IamError::NotConfigured)?;
        let arn = vouched_for(callers, context)?;
        let principal = IamPrincipal::of_caller(arn);
        let listed = principal
            .as_ref()
            .and_then(|principal| Some((principal, callers.find(principal)?)));
        let Some((principal, entry)) = listed else {
            let arn = arn.to_owned();
            return Err(IamError::UnknownPrincipal { arn, principal });
        };
        let principals = self.principals(callers, entry, arn).await?;
        let (owner, organization) =
            both_active(principals).map_err(|inactive| IamError::Inactive {
                arn: arn.to_owned(),
                inactive,
            })?;
        let scopes = entry.permissions.intersection(&owner.permissions);
        Ok(Caller {
            actor: Actor::Iam {
                principal: principal.clone(),
                arn: arn.to_owned(),
            },
            client_scopes: scopes.clone(),
            client_audience_grants: None,
            client_detail_types: vec![],
            client_generation: Generation::default(),
            scopes,
            owner,
            organization,
            next_nonce: None,
        })
    }

    /// The owner, as the list wants it, and its organization: one read, and one write the first time and
    /// after a change of the list.
    async fn principals(
        &self,
        callers: &IamCallers,
        entry: &IamEntry,
        arn: &str,
    ) -> Result<Principals, IamError> {
        let permissions = callers.permissions_of(&entry.owner);
        for _ in 0..ATTEMPTS {
            let found = self
                .directory
                .find_principals(&entry.owner, &entry.organization)
                .await?;
            if let Some(owner) = &found.owner
                && owner.organization != entry.organization
            {
                return Err(entry.is_not_in(&owner.organization, arn));
            }
            let wanted = entry.wanted(found.owner.as_ref(), &permissions, &*self.random);
            if found.owner.as_ref() == Some(&wanted) {
                return Ok(found);
            }
            if self.write(&wanted, &found).await? {
                info!(owner = %wanted.id, by = %arn, "owner brought in line with the list of IAM principals");
            }
        }
        let reason = "others kept writing it at the same time";
        Err(StoreError::new("bring an owner up to date", reason).into())
    }

    /// Whether it was written; if not, somebody else was faster.
    async fn write(&self, owner: &Owner, found: &Principals) -> Result<bool, StoreError> {
        if found.owner.is_none() && found.organization.is_none() {
            let organization = Organization::unlimited(owner.organization.clone(), &*self.random);
            return self.directory.insert_principals(owner, &organization).await;
        }
        let replaced = self.directory.replace_owner(owner, found.owner.as_ref());
        Ok(replaced.await? == WriteOutcome::Written)
    }
}

impl IamEntry {
    /// The owner as it has to be: new, or the present one with these permissions.
    fn wanted(
        &self,
        present: Option<&Owner>,
        permissions: &ScopeSet,
        random: &dyn Random,
    ) -> Owner {
        let permissions = permissions.clone();
        match present {
            Some(owner) => Owner {
                permissions,
                ..owner.clone()
            },
            None => Owner::new(
                self.owner.clone(),
                self.organization.clone(),
                permissions,
                random,
            ),
        }
    }

    fn is_not_in(&self, present: &OrganizationId, arn: &str) -> IamError {
        IamError::OwnerElsewhere {
            arn: arn.to_owned(),
            owner: self.owner.clone(),
            present: present.clone(),
            configured: self.organization.clone(),
        }
    }
}

/// The ARN of the principal, if our gateway says so. Whoever can invoke the function directly can write a
/// context of their own, so these checks only keep another gateway or route from being taken for ours.
fn vouched_for<'a>(
    callers: &IamCallers,
    context: Option<&'a GatewayContext>,
) -> Result<&'a str, IamError> {
    let context = context.ok_or(IamError::NotVouchedFor("no gateway says who calls"))?;
    let arn = context
        .principal_arn
        .as_deref()
        .ok_or(IamError::NotVouchedFor("the gateway names no principal"))?;
    let checks = [
        (&context.account_id, callers.account_id(), "another account"),
        (&context.api_id, callers.api_id(), "another API"),
        (&context.route_key, ROUTE_KEY, "another route"),
    ];
    for (said, expected, otherwise) in checks {
        if said.as_deref() != Some(expected) {
            return Err(IamError::NotVouchedFor(otherwise));
        }
    }
    let contradicts = |principal: &IamPrincipal| {
        context.principal_account_id.as_deref() != Some(principal.account())
    };
    match IamPrincipal::of_caller(arn) {
        Some(principal) if contradicts(&principal) => Err(IamError::NotVouchedFor(
            "the principal is of another account than the gateway says",
        )),
        _ => Ok(arn),
    }
}
