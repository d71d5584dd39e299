//! M2M OAuth clients.

use std::collections::BTreeMap;
use std::net::IpAddr;

use jiff::Timestamp;
use m2m_types::admin::client::{SecretStorage, Tags};
use m2m_types::admin::limits::TokenQuota;
use m2m_types::authorization_details::DetailType;
use m2m_types::cidr::Cidr;
use m2m_types::client_id::ClientId;
use m2m_types::custom_claims::CustomClaims;
use m2m_types::generation::Generation;
use m2m_types::names::{ClientName, Description, OrganizationId, OwnerId, SecretId};
use m2m_types::scope::ScopeSet;
use m2m_types::token_request::TOKEN_EXCHANGE;
use m2m_types::ttl::AccessTokenTtl;

use crate::client_auth::RegisteredAuth;
use crate::clock::Clock;
use crate::owner::Owner;
use crate::random::{Random, new_ulid};
use crate::resource_servers::{KnownServers, ResourceServer};
pub use crate::revision::Revision;
use crate::secret::Secret;

/// What a client is going through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientState {
    /// Being made: its secret's value is not kept yet. Nobody sees or uses it.
    Pending,
    /// Being unmade after a create that did not finish. Nobody sees or uses it.
    Abandoned,
    /// It gets tokens.
    Active,
    /// It gets none until it is enabled again.
    Disabled,
    /// It gets none; it is kept for a while.
    Deleted {
        /// Until when.
        restorable_until: Timestamp,
        /// Whether it was disabled before, which a restore does not change.
        was_disabled: bool,
    },
}

impl ClientState {
    /// Whether the client exists for its owner: it is made, and not deleted.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Active | Self::Disabled)
    }
}

/// How a client may get tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum GrantType {
    /// RFC 6749 §4.4.
    ClientCredentials,
    /// RFC 8693.
    TokenExchange,
}

impl GrantType {
    /// Every grant this service knows.
    pub const ALL: &'static [Self] = &[Self::ClientCredentials, Self::TokenExchange];

    /// The value of `grant_type`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ClientCredentials => "client_credentials",
            Self::TokenExchange => TOKEN_EXCHANGE,
        }
    }

    /// The grant of that name; case-sensitive (RFC 6749 §4.4.2).
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|grant| grant.as_str() == text)
    }
}

/// What a client may ask for of one audience.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AudienceGrant {
    /// The API.
    pub audience: ResourceServer,
    /// Its scopes.
    pub scopes: ScopeSet,
}

/// Those of the scopes that whoever has these grants may have at that API; no grants bound nothing.
pub(crate) fn scopes_at(
    known: &KnownServers,
    server: &ResourceServer,
    scopes: &ScopeSet,
    grants: Option<&[AudienceGrant]>,
) -> ScopeSet {
    let of_server = known.filter(server, scopes);
    let Some(grants) = grants else {
        return of_server;
    };
    let grant = grants.iter().find(|grant| grant.audience == *server);
    grant.map_or_else(ScopeSet::default, |grant| {
        grant.scopes.intersection(&of_server)
    })
}

/// A client as the rules see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Its identifier.
    pub id: ClientId,
    /// What people call it.
    pub name: ClientName,
    /// What it is for.
    pub description: Option<Description>,
    /// On whose behalf it acts.
    pub owner: OwnerId,
    /// Its tenant.
    pub organization: OrganizationId,
    /// What it is going through.
    pub state: ClientState,
    /// What it may ask for: none all of its owner's, empty nothing.
    pub scopes: Option<ScopeSet>,
    /// What it gets when it asks for nothing; none: all of its scopes.
    pub default_scopes: Option<ScopeSet>,
    /// What its tokens are for when it names no resource.
    pub default_audience: ResourceServer,
    /// What it may ask for of each audience; none: of every audience all of its scopes.
    pub audience_grants: Option<Vec<AudienceGrant>>,
    /// Which `type`s its `authorization_details` may have.
    pub authorization_details_types: Vec<DetailType>,
    /// How it may get tokens.
    pub grant_types: Vec<GrantType>,
    /// How it proves who it is.
    pub auth: RegisteredAuth,
    /// Whether it gets only tokens that are bound to a DPoP key.
    pub dpop_bound: bool,
    /// Whether it gets only tokens that are bound to its certificate.
    pub certificate_bound: bool,
    /// What its owner adds to its tokens.
    pub custom_claims: CustomClaims,
    /// How many tokens it may get; none: as many as it likes.
    pub token_quota: Option<TokenQuota>,
    /// From where it may ask; empty: from everywhere.
    pub allowed_cidrs: Vec<Cidr>,
    /// How long its tokens live.
    pub access_token_ttl: AccessTokenTtl,
    /// Whether a delete is refused.
    pub deletion_protection: bool,
    /// Its labels.
    pub tags: Tags,
    /// Where the value of its next secret is kept.
    pub secret_storage: SecretStorage,
    /// Its secrets.
    pub secrets: Vec<Secret>,
    /// Raised whenever it is stopped.
    pub generation: Generation,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Counts its changes.
    pub revision: Revision,
    /// When each secret last got a token, to the hour; changes no revision.
    pub last_used: BTreeMap<SecretId, Timestamp>,
}

impl Client {
    /// All that the client may ask for: its own scopes, but never more than the owner's present ones.
    pub fn allowed_scopes(&self, owner: &Owner) -> ScopeSet {
        self.scopes.as_ref().map_or_else(
            || owner.permissions.clone(),
            |own| own.intersection(&owner.permissions),
        )
    }

    /// The secrets that it can authenticate with. Once it has gone over to another method they stay dead, however it
    /// authenticates later.
    pub fn live_secrets(&self, now: Timestamp) -> impl Iterator<Item = &Secret> {
        let takes_secrets = self.auth.takes_secrets(now);
        let secrets = self.secrets.iter();
        secrets.filter(move |secret| takes_secrets && secret.is_live(now))
    }

    /// Whether Secrets Manager has, or may have, the value of one of its secrets.
    pub fn has_kept_values(&self) -> bool {
        self.secret_storage == SecretStorage::SecretsManager
            || self.secrets.iter().any(|secret| secret.arn.is_some())
    }

    /// Whether the client may ask for tokens from that address.
    pub fn may_ask_from(&self, source: IpAddr) -> bool {
        let allowed = &self.allowed_cidrs;
        allowed.is_empty() || allowed.iter().any(|range| range.contains(source))
    }

    /// The client after a create's last step.
    #[must_use]
    pub fn activated(self) -> Self {
        Self {
            state: ClientState::Active,
            revision: self.revision.next(),
            ..self
        }
    }

    /// The client after a stop, at that moment: every token that it got before is dead.
    #[must_use]
    pub fn stopped(self, state: ClientState, now: Timestamp) -> Self {
        Self {
            state,
            generation: self.generation.raised(),
            updated_at: now,
            revision: self.revision.next(),
            ..self
        }
    }

    /// The client after a restore: as it was before the delete, but for its tokens, which stay dead.
    #[must_use]
    pub fn restored(self, now: Timestamp) -> Self {
        let state = match self.state {
            ClientState::Deleted {
                was_disabled: true, ..
            } => ClientState::Disabled,
            _ => ClientState::Active,
        };
        Self {
            state,
            updated_at: now,
            revision: self.revision.next(),
            ..self
        }
    }

    /// When any of its secrets last got a token.
    pub fn last_used_at(&self) -> Option<Timestamp> {
        self.last_used.values().max().copied()
    }
}

/// A new identifier: `m2m_` and a ULID in lower case, so that ids sort by creation.
#[expect(clippy::expect_used, reason = "a ULID has the form of a client_id")]
pub fn new_client_id(clock: &dyn Clock, random: &dyn Random) -> ClientId {
    // Unwrap safety: 4 + 26 characters of Crockford's base 32.
    ClientId::parse(format!("{}{}", ClientId::PREFIX, new_ulid(clock, random)))
        .expect("a client id")
}
