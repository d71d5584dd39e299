//! Where everything lies in the table.
//!
//! | item | `pk` | `sk` |
//! |---|---|---|
//! | client | `CLIENT#{client_id}` | `CLIENT` |
//! | owner | `OWNER#{owner}` | `OWNER` |
//! | live client of an owner | `OWNER#{owner}` | `CLIENT#{client_id}` |
//! | deleted client of an owner | `OWNER#{owner}` | `DELETED#{client_id}` |
//! | live, deleted client of an organization | `ORG#{organization}#CLIENTS` | `CLIENT#{client_id}`, `DELETED#{client_id}` |
//! | API access token | `TOKEN#{sha256 in hex}` | `TOKEN` |
//! | number of an owner's inserts of API access tokens; entry of one | `OWNER#{owner}` | `TOKEN`; `TOKEN#{id}` |
//! | organization, eight copies | `ORG#{organization}#{0..7}` | `ORG` |
//! | number of an organization's clients | `ORG#{organization}` | `COUNT` |
//! | create or delete under way | `UNFINISHED` | `{client_id}` |
//! | stop of a client, owner or organization, token, key | `REVOCATIONS` | `CLIENT#{client_id}`, `HANDLE#{handle}`, `JTI#{client_id}#{jti}`, `KID#{kid}` |
//! | number of stops | `REVOCATIONS` | `SEQUENCE` |
//! | revision of the catalog of resource servers | `RESOURCE_SERVERS` | `REVISION` |
//! | resource server | `RESOURCE_SERVERS` | `SERVER#{id}` |
//! | kept answer | `ANSWER#{id in hex}` | `ANSWER` |
//! | spent name | `SPENT#{name in hex}` | `SPENT` |
//! | number of tokens in a minute, hour or day | `QUOTA#CLIENT#{client_id}#{period}#{second it begins}`, `QUOTA#ORG#{organization}#…` | `QUOTA` |
//! | refused token request | `ATTEMPT#{correlation_id}` | `ATTEMPT` |
//!
//! No identifier has a `#`, so no key can be taken for another.

use std::fmt::Write as _;

use aws_sdk_dynamodb::types::AttributeValue;
use m2m_core::client::ClientState;
use m2m_core::ports::{Counted, Counter, ListedBy, SpentName, TokenName};
use m2m_core::secret::SecretDigest;
use m2m_types::admin::limits::QuotaPeriod;
use m2m_types::client_id::ClientId;
use m2m_types::correlation_id::CorrelationId;
use m2m_types::handle::Handle;
use m2m_types::names::{ApiTokenId, OrganizationId, OwnerId, ResourceServerId};

use super::Item;

/// The attribute that items are spread by.
pub(crate) const PARTITION_KEY: &str = "pk";
/// The attribute that the items of a partition are ordered by.
pub(crate) const SORT_KEY: &str = "sk";

/// How many copies of an organization there are, so that none is read too often.
pub(super) const ORGANIZATION_COPIES: u8 = 8;
/// The partition of the creates and deletes under way.
pub(super) const UNFINISHED: &str = "UNFINISHED";
/// The partition of what was stopped.
pub(super) const REVOCATIONS: &str = "REVOCATIONS";

/// The sort key of the number of stops.
pub(super) const SEQUENCE: &str = "SEQUENCE";

/// The partition of the resource servers.
pub(super) const RESOURCE_SERVERS: &str = "RESOURCE_SERVERS";

/// The sort key of the number of an owner's inserts of API access tokens, before which none of their entries sorts.
pub(super) const API_TOKENS: &str = "TOKEN";
/// What the sort keys of the entries of an owner's API access tokens start with.
pub(super) const API_TOKEN_ENTRY: &str = "TOKEN#";

/// The primary key of an item.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) pk: String,
    pub(super) sk: String,
}

impl Key {
    fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self {
            pk: pk.into(),
            sk: sk.into(),
        }
    }

    pub(super) fn client(id: &ClientId) -> Self {
        Self::new(format!("CLIENT#{id}"), "CLIENT")
    }

    pub(super) fn owner(id: &OwnerId) -> Self {
        Self::new(format!("OWNER#{id}"), "OWNER")
    }

    pub(super) fn organization_copy(id: &OrganizationId, copy: u8) -> Self {
        Self::new(format!("ORG#{id}#{copy}"), "ORG")
    }

    pub(super) fn client_count(id: &OrganizationId) -> Self {
        Self::new(format!("ORG#{id}"), "COUNT")
    }

    pub(super) fn api_token(digest: &SecretDigest) -> Self {
        Self::new(in_hex("TOKEN#", digest.as_bytes()), "TOKEN")
    }

    pub(super) fn api_tokens(owner: &OwnerId) -> Self {
        Self::new(format!("OWNER#{owner}"), API_TOKENS)
    }

    pub(super) fn api_token_entry(owner: &OwnerId, id: &ApiTokenId) -> Self {
        Self::new(format!("OWNER#{owner}"), format!("{API_TOKEN_ENTRY}{id}"))
    }

    pub(super) fn unfinished(client: &ClientId) -> Self {
        Self::new(UNFINISHED, client.as_str())
    }

    /// It sorts before every server, so a query reads it first.
    pub(super) fn catalog_revision() -> Self {
        Self::new(RESOURCE_SERVERS, "REVISION")
    }

    pub(super) fn resource_server(id: &ResourceServerId) -> Self {
        Self::new(RESOURCE_SERVERS, format!("SERVER#{id}"))
    }

    pub(super) fn answer(id: &[u8; 32]) -> Self {
        Self::answer_at(&in_hex("ANSWER#", id))
    }

    pub(super) fn spent(name: &SpentName) -> Self {
        Self::new(in_hex("SPENT#", name.as_bytes()), "SPENT")
    }

    pub(super) fn counter(counter: &Counter) -> Self {
        let whose = match &counter.counted {
            Counted::Client(id) => format!("CLIENT#{id}"),
            Counted::Organization(id) => format!("ORG#{id}"),
        };
        let period = match counter.period {
            QuotaPeriod::Minute => "minute",
            QuotaPeriod::Hour => "hour",
            QuotaPeriod::Day => "day",
        };
        let begins = counter.begins.as_second();
        Self::new(format!("QUOTA#{whose}#{period}#{begins}"), "QUOTA")
    }

    pub(super) fn attempt(id: &CorrelationId) -> Self {
        Self::new(format!("ATTEMPT#{id}"), "ATTEMPT")
    }

    pub(super) fn stopped_client(id: &ClientId) -> Self {
        Self::new(REVOCATIONS, format!("CLIENT#{id}"))
    }

    pub(super) fn stopped_handle(handle: &Handle) -> Self {
        Self::new(REVOCATIONS, format!("HANDLE#{handle}"))
    }

    pub(super) fn denied_token(token: &TokenName) -> Self {
        let prefix = Self::denied_prefix(&token.client_id);
        Self::new(REVOCATIONS, format!("{prefix}{}", token.jti))
    }

    /// What the sort keys of a client's denied tokens start with.
    pub(super) fn denied_prefix(client: &ClientId) -> String {
        format!("JTI#{client}#")
    }

    pub(super) fn removed_kid(kid: &str) -> Self {
        Self::new(REVOCATIONS, format!("KID#{kid}"))
    }

    /// The number of stops.
    pub(super) fn sequence() -> Self {
        Self::new(REVOCATIONS, SEQUENCE)
    }

    /// The answer of a client, which names it by its partition.
    pub(super) fn answer_at(pk: &str) -> Self {
        Self::new(pk, "ANSWER")
    }

    /// Read to see whether the table answers; never written.
    pub(super) fn ping() -> Self {
        Self::new("PING", "PING")
    }

    /// An item with this key and nothing else.
    pub(super) fn into_item(self) -> Item {
        Item::from([
            (PARTITION_KEY.to_owned(), AttributeValue::S(self.pk)),
            (SORT_KEY.to_owned(), AttributeValue::S(self.sk)),
        ])
    }

    /// The key of an item.
    pub(super) fn of(item: &Item) -> Self {
        let part = |attribute| text_of(item, attribute).cloned().unwrap_or_default();
        Self::new(part(PARTITION_KEY), part(SORT_KEY))
    }

    /// Whether the item has this key.
    pub(super) fn is_of(&self, item: &Item) -> bool {
        text_of(item, PARTITION_KEY) == Some(&self.pk) && text_of(item, SORT_KEY) == Some(&self.sk)
    }
}

fn in_hex(prefix: &str, bytes: &[u8; 32]) -> String {
    let mut text = String::with_capacity(prefix.len() + 64);
    text.push_str(prefix);
    for byte in bytes {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Where the entries of lists lie.
pub(super) fn partition(of: &ListedBy) -> String {
    match of {
        ListedBy::Owner(owner) => format!("OWNER#{owner}"),
        ListedBy::Organization(id) => format!("{ORGANIZATION}{id}{LISTS}"),
    }
}

/// What the partitions of an organization start with.
pub(super) const ORGANIZATION: &str = "ORG#";
/// What the partition of an organization's lists ends with: one of its own, since the count is written often.
pub(super) const LISTS: &str = "#CLIENTS";

/// The lists of the clients of an owner or an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ListKind {
    Live,
    Deleted,
}

impl ListKind {
    /// Where a client is listed; none: nowhere.
    pub(super) fn of(state: ClientState) -> Option<Self> {
        match state {
            ClientState::Pending | ClientState::Abandoned => None,
            ClientState::Active | ClientState::Disabled => Some(Self::Live),
            ClientState::Deleted { .. } => Some(Self::Deleted),
        }
    }

    /// What the sort keys of the entries start with.
    pub(super) fn prefix(self) -> &'static str {
        match self {
            Self::Live => "CLIENT#",
            Self::Deleted => "DELETED#",
        }
    }

    pub(super) fn entry(self, of: &ListedBy, client: &ClientId) -> Key {
        Key::new(partition(of), format!("{}{client}", self.prefix()))
    }
}

/// The whole number in an attribute of an item, if it is one.
pub(super) fn number_of(item: &Item, attribute: &str) -> Option<i64> {
    let number = item.get(attribute).and_then(|value| value.as_n().ok());
    number.and_then(|number| number.parse().ok())
}

/// The text in an attribute of an item, if it is one.
pub(super) fn text_of<'a>(item: &'a Item, attribute: &str) -> Option<&'a String> {
    item.get(attribute).and_then(|value| value.as_s().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_as_written_above() {
        let client = ClientId::parse("m2m_1").unwrap();
        let owner = OwnerId::parse("local|admin").unwrap();
        let organization = OrganizationId::parse("acme").unwrap();
        let token = TokenName {
            client_id: client.clone(),
            jti: "0a".to_owned(),
        };
        let server = ResourceServerId::parse("rs_01j00000000000000000000000").unwrap();
        let api_token = ApiTokenId::parse("at_01j00000000000000000000000").unwrap();
        for (key, pk, sk) in [
            (Key::client(&client), "CLIENT#m2m_1", "CLIENT"),
            (Key::owner(&owner), "OWNER#local|admin", "OWNER"),
            (
                ListKind::Live.entry(&ListedBy::Owner(owner.clone()), &client),
                "OWNER#local|admin",
                "CLIENT#m2m_1",
            ),
            (
                ListKind::Deleted.entry(&ListedBy::Owner(owner.clone()), &client),
                "OWNER#local|admin",
                "DELETED#m2m_1",
            ),
            (
                ListKind::Live.entry(&ListedBy::Organization(organization.clone()), &client),
                "ORG#acme#CLIENTS",
                "CLIENT#m2m_1",
            ),
            (
                Key::organization_copy(&organization, 7),
                "ORG#acme#7",
                "ORG",
            ),
            (Key::client_count(&organization), "ORG#acme", "COUNT"),
            (Key::api_tokens(&owner), "OWNER#local|admin", "TOKEN"),
            (
                Key::api_token_entry(&owner, &api_token),
                "OWNER#local|admin",
                "TOKEN#at_01j00000000000000000000000",
            ),
            (Key::unfinished(&client), "UNFINISHED", "m2m_1"),
            (Key::stopped_client(&client), "REVOCATIONS", "CLIENT#m2m_1"),
            (
                Key::stopped_handle(&Handle::from_random_bytes([0; 12])),
                "REVOCATIONS",
                "HANDLE#AAAAAAAAAAAAAAAA",
            ),
            (Key::denied_token(&token), "REVOCATIONS", "JTI#m2m_1#0a"),
            (Key::removed_kid("kid"), "REVOCATIONS", "KID#kid"),
            (Key::sequence(), "REVOCATIONS", "SEQUENCE"),
            (Key::catalog_revision(), "RESOURCE_SERVERS", "REVISION"),
            (
                Key::resource_server(&server),
                "RESOURCE_SERVERS",
                "SERVER#rs_01j00000000000000000000000",
            ),
        ] {
            assert_eq!((key.pk.as_str(), key.sk.as_str()), (pk, sk));
        }
        let hex = "ab".repeat(32);
        assert_eq!(Key::answer(&[0xab; 32]).pk, format!("ANSWER#{hex}"));
        let digest = SecretDigest::from_bytes([0xab; 32]);
        assert_eq!(Key::api_token(&digest).pk, format!("TOKEN#{hex}"));
    }
}
