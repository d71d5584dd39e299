//! Records with sensible contents. Change what a test is about by struct update:
//!
//! ```
//! use m2m_core::client::Client;
//! use m2m_testkit::builders::client;
//!
//! let protected = Client { deletion_protection: true, ..client("payments") };
//! assert_eq!(protected.id.as_str(), "m2m_payments");
//! ```

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use m2m_core::api_tokens::ApiToken;
use m2m_core::client::{Client, ClientState, GrantType, Revision};
use m2m_core::client_auth::RegisteredAuth;
use m2m_core::organization::Organization;
use m2m_core::owner::{Owner, PermissionsSource};
use m2m_core::ports::{Denial, KeptAnswer, TokenName};
use m2m_core::resource_servers::{ResourceServer, ResourceServerRecord};
use m2m_core::secret::{Secret, SecretDigest};
use m2m_types::admin::client::SecretStorage;
use m2m_types::api_token::ApiTokenValue;
use m2m_types::audience::Audience;
use m2m_types::client_id::ClientId;
use m2m_types::client_secret::ClientSecret;
use m2m_types::custom_claims::CustomClaims;
use m2m_types::data_grant::{ConnectionName, DataGrant, DataSource, SourceName};
use m2m_types::generation::{Generation, Generations};
use m2m_types::handle::Handle;
use m2m_types::names::{
    ApiTokenId, ApiTokenName, ClientName, OrganizationId, OwnerId, ResourceServerId,
    ResourceServerName,
};
use m2m_types::referer::Referer;
use m2m_types::scope::ScopeSet;
use m2m_types::ttl::AccessTokenTtl;

use crate::SeededRandom;

/// When everything was made: 2026-01-01T00:00:00Z.
pub const NOW: Timestamp = Timestamp::constant(1_767_225_600, 0);

/// An active client `m2m_{name}` of [`owner`] with the secret of [`secret`].
pub fn client(name: &str) -> Client {
    Client {
        id: client_id(name),
        name: ClientName::parse(name).unwrap(),
        description: None,
        owner: owner().id,
        organization: organization().id,
        state: ClientState::Active,
        scopes: None,
        default_scopes: None,
        default_audience: ResourceServer::Api(Audience::parse("urn:m2m-oauth:api").unwrap()),
        audience_grants: None,
        authorization_details_types: vec![],
        grant_types: vec![GrantType::ClientCredentials],
        auth: RegisteredAuth::by_secret(),
        dpop_bound: false,
        certificate_bound: false,
        custom_claims: CustomClaims::default(),
        token_quota: None,
        allowed_cidrs: vec![],
        access_token_ttl: AccessTokenTtl::default(),
        deletion_protection: false,
        tags: BTreeMap::new(),
        secret_storage: SecretStorage::SecretsManager,
        secrets: vec![secret(name).0],
        generation: Generation::default(),
        created_at: NOW,
        updated_at: NOW,
        revision: Revision::FIRST.next(),
        last_used: BTreeMap::new(),
    }
}

/// [`client`] in the first step of its create.
pub fn pending(name: &str) -> Client {
    Client {
        state: ClientState::Pending,
        revision: Revision::FIRST,
        ..client(name)
    }
}

/// The client as its next revision, in that state.
#[must_use]
pub fn next(client: &Client, state: ClientState) -> Client {
    Client {
        state,
        revision: client.revision.next(),
        ..client.clone()
    }
}

/// `m2m_{name}`.
pub fn client_id(name: &str) -> ClientId {
    ClientId::parse(format!("{}{name}", ClientId::PREFIX)).unwrap()
}

/// The ids of [`client_id`] for several names.
pub fn client_ids<const N: usize>(names: [&str; N]) -> Vec<ClientId> {
    names.map(client_id).into()
}

/// A secret and its value, the same for every call with the same name.
pub fn secret(name: &str) -> (Secret, ClientSecret) {
    let seed = name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    Secret::generate(&SeededRandom::new(seed), NOW)
}

/// `local|ada` of [`organization`], who may read and write orders.
pub fn owner() -> Owner {
    Owner {
        id: OwnerId::parse("local|ada").unwrap(),
        organization: organization().id,
        permissions: scopes("orders:read orders:write"),
        permissions_source: PermissionsSource::Record,
        active: true,
        generation: Generation::default(),
        handle: Handle::from_random_bytes([1; 12]),
    }
}

/// `acme`, which may have ten clients.
pub fn organization() -> Organization {
    Organization {
        id: OrganizationId::parse("acme").unwrap(),
        name: "Acme".to_owned(),
        plan: "standard".to_owned(),
        m2m_clients_allowed: true,
        max_clients: Some(10),
        token_quota: None,
        active: true,
        generation: Generation::default(),
        handle: Handle::from_random_bytes([2; 12]),
    }
}

/// An API access token of [`owner`] that the client `payments` made, and its value; the same for every call with the
/// same number.
pub fn api_token(number: u8) -> (ApiToken, ApiTokenValue) {
    let value = ApiTokenValue::from_random_bytes(&[number; 32]);
    let (owner, organization) = (owner(), organization());
    let token = ApiToken {
        id: ApiTokenId::parse(format!("at_{number:026}")).unwrap(),
        digest: SecretDigest::of_api_token(&value),
        hint: value.hint(),
        name: ApiTokenName::parse(format!("map {number}")).unwrap(),
        owner: owner.id,
        organization: organization.id,
        client: Some(client_id("payments")),
        generations: Generations {
            client: Generation::default(),
            owner: owner.generation,
            organization: organization.generation,
            deployment: Generation::default(),
            owner_handle: owner.handle,
            organization_handle: organization.handle,
        },
        allowed_apis: vec![Audience::parse("urn:acme:orders").unwrap()],
        scopes: scopes("orders:read"),
        grants: BTreeSet::from([DataGrant {
            connection: ConnectionName::parse("warehouse").unwrap(),
            source: DataSource::Table(SourceName::parse("sales.orders").unwrap()),
        }]),
        referers: BTreeSet::from([Referer::parse("https://*.acme.example").unwrap()]),
        created_at: NOW,
        updated_at: NOW,
        expires_at: None,
        revision: Revision::FIRST,
    };
    (token, value)
}

/// The denial of a token of the client `payments` that ends in an hour.
pub fn denial(jti: &str) -> Denial {
    Denial {
        token: TokenName {
            client_id: client_id("payments"),
            jti: jti.to_owned(),
        },
        generation: Generation::default(),
        expires_at: NOW + SignedDuration::from_hours(1),
    }
}

/// `urn:acme:{name}` with the scopes `{name}:read` and `{name}:write`; the same for every call with the same name.
pub fn resource_server(name: &str) -> ResourceServerRecord {
    let digits = name
        .bytes()
        .fold(0_u128, |sum, byte| sum * 31 + u128::from(byte));
    ResourceServerRecord {
        id: ResourceServerId::parse(format!("rs_{digits:026}")).unwrap(),
        identifier: Audience::parse(format!("urn:acme:{name}")).unwrap(),
        name: ResourceServerName::parse(name).unwrap(),
        scopes: scopes(&format!("{name}:read {name}:write")),
        access_token_ttl: None,
        algorithm: None,
        introspection_clients: BTreeSet::new(),
        authorization_details_types: BTreeSet::new(),
        created_at: NOW,
        updated_at: NOW,
        revision: Revision::FIRST,
    }
}

/// The scopes in a text, separated by spaces.
pub fn scopes(text: &str) -> ScopeSet {
    ScopeSet::parse(text).unwrap()
}

/// The answer of the create of a client, under way, kept from [`NOW`] on.
pub fn answer(id: u8, client: &Client) -> KeptAnswer {
    KeptAnswer {
        id: [id; 32],
        request: [0x5a; 32],
        making: Some(client.id.clone()),
        sealed: vec![0, 1, 2, 0xff],
        kept_at: NOW,
    }
}
