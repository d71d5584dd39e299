//! A login provider that people come from.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use m2m_jose::{Algorithm, OpenIdMetadata};
use m2m_types::admin::principals::PermissionsSource;
use m2m_types::issuer::is_loopback;
use m2m_types::names::{IssuerAlias, OrganizationId};
use m2m_types::scope::ScopeSet;
use url::Url;

use super::claim_name::ClaimName;

/// What the identifiers of other owners start with.
const RESERVED_ALIASES: &[&str] = &["iam", "local"];
/// The longest URL and the longest audience.
const MAX_TEXT_LENGTH: usize = 255;
const MAX_AUDIENCES: usize = 20;
const MAX_ORGANIZATIONS: usize = 100;
const MAX_PERMISSIONS: usize = 500;
/// The least and the most that a token may be old, in seconds.
const AGES: std::ops::RangeInclusive<i64> = 60..=86_400;

/// An issuer whose tokens people may show, and what they may say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustedIssuer {
    /// What the identifiers of its owners start with: `{alias}|{sub}`.
    pub alias: IssuerAlias,
    /// The `iss` of its tokens, to the byte.
    pub issuer: String,
    /// Where its keys are; none: its metadata tells.
    pub jwks_uri: Option<String>,
    /// Whom its tokens have to be for: one of these.
    pub audiences: BTreeSet<String>,
    /// What its tokens may be signed with.
    pub algorithms: Vec<Algorithm>,
    /// Where its tokens say what.
    pub claims: ClaimNames,
    /// Where its people may be.
    pub organizations: Organizations,
    /// What an owner may do that is made at its first login; where logins decide, the most that they may grant. `admin`
    /// and `operator` are of no use to a login unless they are here.
    pub permissions: ScopeSet,
    /// Who decides what an owner may do that is made at its first login.
    pub permissions_source: PermissionsSource,
    /// How old a token may be.
    pub max_age: SignedDuration,
}

/// Where the tokens of an issuer say what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimNames {
    /// Who: the part of the owner's identifier behind the alias.
    pub owner: ClaimName,
    /// For whom.
    pub audience: ClaimName,
    /// In which organization; none: the issuer's only one.
    pub organization: Option<ClaimName>,
    /// With which permissions; none: they say nothing of that.
    pub permissions: Option<ClaimName>,
}

/// The organizations that an issuer may name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Organizations {
    /// All that exist: for the issuer of a local server only.
    Every,
    /// These, if they exist.
    These(BTreeSet<OrganizationId>),
}

impl Organizations {
    /// Whether the issuer may name it.
    pub(super) fn include(&self, organization: &OrganizationId) -> bool {
        match self {
            Self::Every => true,
            Self::These(these) => these.contains(organization),
        }
    }

    /// The only one that there can be.
    pub(super) fn only(&self) -> Option<&OrganizationId> {
        match self {
            Self::These(these) if these.len() == 1 => these.first(),
            Self::Every | Self::These(_) => None,
        }
    }

    fn fit(&self, is_named: bool) -> bool {
        match self {
            Self::Every => is_named,
            Self::These(these) => {
                these.len() == 1 || is_named && (1..=MAX_ORGANIZATIONS).contains(&these.len())
            }
        }
    }
}

impl TrustedIssuer {
    /// Everything that is wrong with it: which member, and what it has to be.
    pub(super) fn defects(&self) -> Vec<(&'static str, String)> {
        let algorithms = self.algorithms.len();
        let is_named = self.claims.organization.is_some();
        let by_login = self.permissions_source == PermissionsSource::Login;
        let claims_permissions = self.claims.permissions.is_some();
        let rules = [
            (
                !RESERVED_ALIASES.contains(&self.alias.as_str()),
                "",
                "the alias is taken: owners iam|… and local|… come from elsewhere".to_owned(),
            ),
            (
                is_fetched(&self.issuer) && OpenIdMetadata::url_of(&self.issuer).is_some(),
                "issuer",
                "must be an https URL without query, fragment and user, as `iss` of its tokens has it".to_owned(),
            ),
            (
                self.jwks_uri.as_deref().is_none_or(is_fetched),
                "jwks_uri",
                "must be an https URL without fragment and user".to_owned(),
            ),
            (
                (1..=MAX_AUDIENCES).contains(&self.audiences.len())
                    && self.audiences.iter().all(|it| is_text(it)),
                "audiences",
                format!("must be 1 to {MAX_AUDIENCES} texts, each of 1 to {MAX_TEXT_LENGTH} characters"),
            ),
            (
                algorithms > 0,
                "algorithms",
                "must name at least one, or be left out".to_owned(),
            ),
            (
                self.organizations.fit(is_named),
                "organizations",
                format!("must be 1 to {MAX_ORGANIZATIONS}; more than one need claims/organization, which says which of them"),
            ),
            (
                self.permissions.len() <= MAX_PERMISSIONS,
                "permissions",
                format!("must be at most {MAX_PERMISSIONS} scopes"),
            ),
            (
                !by_login || claims_permissions,
                "permissions_source",
                "login needs claims/permissions, which says what a login grants".to_owned(),
            ),
            (
                AGES.contains(&self.max_age.as_secs()),
                "max_age_seconds",
                format!("must be {} to {}", AGES.start(), AGES.end()),
            ),
        ];
        let broken = rules.into_iter().filter(|(holds, ..)| !holds);
        broken.map(|(_, member, rule)| (member, rule)).collect()
    }
}

/// Whether something can be fetched there: nothing but this machine is asked without TLS.
fn is_fetched(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else {
        return false;
    };
    let is_safe = url.scheme() == "https" || url.scheme() == "http" && is_loopback(&url);
    let has_user = !url.username().is_empty() || url.password().is_some();
    is_safe && !has_user && url.fragment().is_none() && is_text(text)
}

fn is_text(text: &str) -> bool {
    (1..=MAX_TEXT_LENGTH).contains(&text.chars().count())
}
