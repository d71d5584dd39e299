//! All login providers that people come from.

use m2m_types::issuer::Issuer;
use m2m_types::names::{OrganizationId, OwnerId};

use super::trusted_issuer::{Organizations, TrustedIssuer};

/// The issuers whose tokens people may show; by default none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedIssuers(Vec<TrustedIssuer>);

/// Everything that is wrong with a list of trusted issuers: `{alias}/{member}: {rule}`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.join("; "))]
pub struct InvalidTrustedIssuers(Vec<String>);

impl TrustedIssuers {
    /// A list for the service of that name.
    ///
    /// # Errors
    /// An issuer is this service itself, is named twice, or breaks a rule of its own.
    pub fn new(
        own: &Issuer,
        issuers: impl IntoIterator<Item = TrustedIssuer>,
    ) -> Result<Self, InvalidTrustedIssuers> {
        let (mut list, mut wrong) = (Self::default(), Vec::new());
        for issuer in issuers {
            let mut defects = issuer.defects();
            if issuer.issuer == own.as_str() {
                let rule = "is this service, whose own access tokens are accepted anyway";
                defects.push(("issuer", rule.to_owned()));
            }
            if let Some(other) = list.find(&issuer.issuer) {
                let rule = format!(
                    "is that of {} already: its people would be two owners",
                    other.alias
                );
                defects.push(("issuer", rule));
            }
            wrong.extend(defects.into_iter().map(|(member, rule)| match member {
                "" => format!("{}: {rule}", issuer.alias),
                member => format!("{}/{member}: {rule}", issuer.alias),
            }));
            list.0.push(issuer);
        }
        if wrong.is_empty() {
            Ok(list)
        } else {
            Err(InvalidTrustedIssuers(wrong))
        }
    }

    /// With one more, of this machine itself, which may have an alias that no other may.
    #[must_use]
    pub fn and_local(mut self, issuer: TrustedIssuer) -> Self {
        self.0.push(issuer);
        self
    }

    /// The one whose tokens have that `iss`.
    pub(super) fn find(&self, iss: &str) -> Option<&TrustedIssuer> {
        self.0.iter().find(|issuer| issuer.issuer == iss)
    }

    /// Whether somebody of that organization may make the owner by hand: an owner of a login provider that lies in
    /// another organization than its logins name shuts out who it is made for. Where the provider names several, nobody
    /// but an operator is trusted to know which.
    pub(crate) fn may_make(
        &self,
        owner: &OwnerId,
        organization: &OrganizationId,
        is_operator: bool,
    ) -> bool {
        let alias = owner.as_str().split_once('|').map(|(alias, _)| alias);
        let mut issuers = self.0.iter();
        let issuer = issuers.find(|issuer| Some(issuer.alias.as_str()) == alias);
        issuer.is_none_or(|issuer| match &issuer.organizations {
            Organizations::Every => true,
            Organizations::These(these) => {
                these.contains(organization) && (these.len() == 1 || is_operator)
            }
        })
    }
}
