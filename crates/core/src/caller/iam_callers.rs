//! Which principals of AWS IAM may call the management API, and as whom.

use std::collections::BTreeMap;

use m2m_types::iam_principal::IamPrincipal;
use m2m_types::names::{OrganizationId, OwnerId};
use m2m_types::scope::ScopeSet;

/// What the identifiers of owners that stand for principals start with. Nobody else's do, so that this
/// list is the only one that says what they may do.
const OWNER_PREFIX: &str = "iam|";

/// Whom a principal acts for, and what it may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IamEntry {
    /// On whose behalf: `iam|{name}`.
    pub owner: OwnerId,
    /// In which tenant.
    pub organization: OrganizationId,
    /// What it may do.
    pub permissions: ScopeSet,
}

/// The principals that may call, by the gateway that authenticates them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IamCallers {
    account_id: String,
    api_id: String,
    entries: BTreeMap<IamPrincipal, IamEntry>,
}

/// Why a list of principals is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidIamCallers {
    /// A list that lets nobody in is a mistake.
    #[error("there must be at least one principal")]
    Empty,
    /// Two entries are the same role, which has one name in its account whatever its path.
    #[error("{0} is named twice: a role has one name in its account, whatever its path")]
    Twice(IamPrincipal),
    /// The owner's record would be somebody else's too.
    #[error("{0}: the owner must be iam|{{name}}")]
    Owner(IamPrincipal),
    /// The gateway lets in nobody of another account: an HTTP API has no policy that could allow it.
    #[error(
        "{principal} is not of the API's account {account}, so the gateway never lets it in: list a role of that account which it may assume"
    )]
    Account {
        /// The principal of elsewhere.
        principal: IamPrincipal,
        /// The account of the gateway.
        account: String,
    },
    /// One owner in two tenants.
    #[error("the owner {0} is in two organizations")]
    Organizations(OwnerId),
}

impl IamCallers {
    /// A list for the gateway of that account and API identifier.
    ///
    /// # Errors
    /// The entries contradict each other.
    pub fn new(
        account_id: String,
        api_id: String,
        entries: impl IntoIterator<Item = (IamPrincipal, IamEntry)>,
    ) -> Result<Self, InvalidIamCallers> {
        let mut callers = Self {
            account_id,
            api_id,
            entries: BTreeMap::new(),
        };
        for (principal, entry) in entries {
            callers.add(principal, entry)?;
        }
        if callers.entries.is_empty() {
            return Err(InvalidIamCallers::Empty);
        }
        Ok(callers)
    }

    fn add(&mut self, principal: IamPrincipal, entry: IamEntry) -> Result<(), InvalidIamCallers> {
        if principal.account() != self.account_id {
            let account = self.account_id.clone();
            return Err(InvalidIamCallers::Account { principal, account });
        }
        if !Self::may_own(&entry.owner) {
            return Err(InvalidIamCallers::Owner(principal));
        }
        let elsewhere = |other: &&IamEntry| other.organization != entry.organization;
        if self.entries_of(&entry.owner).any(|other| elsewhere(&other)) {
            return Err(InvalidIamCallers::Organizations(entry.owner));
        }
        if self.entries.contains_key(&principal) {
            return Err(InvalidIamCallers::Twice(principal));
        }
        self.entries.insert(principal, entry);
        Ok(())
    }

    fn entries_of(&self, owner: &OwnerId) -> impl Iterator<Item = &IamEntry> {
        self.entries
            .values()
            .filter(move |entry| entry.owner == *owner)
    }

    /// The account of the gateway.
    pub(super) fn account_id(&self) -> &str {
        &self.account_id
    }

    /// The gateway's own identifier.
    pub(super) fn api_id(&self) -> &str {
        &self.api_id
    }

    /// Whether an owner of that name stands for principals, whose permissions a list decides.
    pub fn may_own(owner: &OwnerId) -> bool {
        owner.as_str().starts_with(OWNER_PREFIX)
    }

    /// What the list says of a principal.
    pub(super) fn find(&self, principal: &IamPrincipal) -> Option<&IamEntry> {
        self.entries.get(principal)
    }

    /// All that any of the owner's principals may do: so much the owner itself may.
    pub(super) fn permissions_of(&self, owner: &OwnerId) -> ScopeSet {
        self.entries_of(owner)
            .flat_map(|entry| entry.permissions.iter().cloned())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(role: &str, owner: &str, organization: &str) -> (IamPrincipal, IamEntry) {
        let entry = IamEntry {
            owner: OwnerId::parse(owner).unwrap(),
            organization: OrganizationId::parse(organization).unwrap(),
            permissions: ScopeSet::parse(&format!("clients:read {organization}:read")).unwrap(),
        };
        let arn = format!("arn:aws:iam::123456789012:role/{role}");
        (IamPrincipal::parse(&arn).unwrap(), entry)
    }

    #[track_caller]
    fn check(entries: [(IamPrincipal, IamEntry); 2], refused: Option<&str>) {
        let made = IamCallers::new("123456789012".to_owned(), "api".to_owned(), entries);
        let error = made.err().map(|error| error.to_string());
        assert_eq!(error.as_deref(), refused);
    }

    #[test]
    fn entries_may_share_an_owner_but_not_across_organizations() {
        check([entry("a", "iam|x", "o"), entry("b", "iam|x", "o")], None);
        check(
            [entry("a", "iam|x", "o"), entry("b", "iam|x", "p")],
            Some("the owner iam|x is in two organizations"),
        );
    }

    #[test]
    fn who_is_of_another_account_is_not_listed() {
        let account = "210987654321".to_owned();
        let made = IamCallers::new(account, "api".to_owned(), [entry("a", "iam|x", "o")]);
        let error = made.unwrap_err().to_string();
        for text in ["role/a", "account 210987654321", "assume"] {
            assert!(error.contains(text), "{error}");
        }
    }

    #[test]
    fn a_role_is_named_once_whatever_its_path() {
        check(
            [entry("a", "iam|x", "o"), entry("ci/a", "iam|y", "o")],
            Some(
                "arn:aws:iam::123456789012:role/a is named twice: a role has one name in its account, \
                 whatever its path",
            ),
        );
    }

    #[test]
    fn owners_of_other_sources_are_not_taken() {
        check(
            [entry("a", "iam|x", "o"), entry("b", "local|admin", "o")],
            Some("arn:aws:iam::123456789012:role/b: the owner must be iam|{name}"),
        );
    }

    #[test]
    fn an_empty_list_is_refused() {
        let made = IamCallers::new("123456789012".to_owned(), "api".to_owned(), []);
        assert_eq!(made.err(), Some(InvalidIamCallers::Empty));
    }
}
