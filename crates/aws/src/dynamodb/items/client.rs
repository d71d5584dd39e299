//! Clients.

use std::collections::BTreeMap;

use jiff::Timestamp;
use m2m_core::client::{AudienceGrant, Client, ClientState, GrantType, Revision};
use m2m_core::ports::StoreError;
use m2m_core::resource_servers::ResourceServer;
use m2m_types::admin::client::{SecretStorage, Tags};
use m2m_types::admin::limits::TokenQuota;
use m2m_types::audience::Audience;
use m2m_types::authorization_details::DetailType;
use m2m_types::cidr::Cidr;
use m2m_types::client_id::ClientId;
use m2m_types::custom_claims::CustomClaims;
use m2m_types::generation::Generation;
use m2m_types::names::{ClientName, Description, OrganizationId, OwnerId, SecretId};
use m2m_types::scope::ScopeSet;
use m2m_types::ttl::AccessTokenTtl;
use serde::{Deserialize, Serialize};

use super::auth::AuthItem;
use super::secret::SecretItem;
use super::version::SchemaVersion;
use super::{Item, Key};
use crate::dynamodb::expression::{Expression, text};

/// Seconds of the last use by secret; written only by uses, so that state changes do not undo them.
pub(in crate::dynamodb) const LAST_USED: &str = "last_used";
/// The key of the kept answer of a pending client.
pub(in crate::dynamodb) const ANSWER: &str = "answer";

#[derive(Serialize, Deserialize)]
struct ClientItem {
    schema_version: SchemaVersion,
    revision: u64,
    client_id: ClientId,
    name: ClientName,
    description: Option<Description>,
    owner: OwnerId,
    organization: OrganizationId,
    state: StateItem,
    restorable_until: Option<Timestamp>,
    /// Of a deleted client, before it was.
    was_disabled: bool,
    /// Seconds; the TTL attribute too. Null while the client is not deleted.
    expires_at: Option<i64>,
    scopes: Option<ScopeSet>,
    default_scopes: Option<ScopeSet>,
    default_audience: ResourceServerItem,
    audience_grants: Option<Vec<AudienceGrantItem>>,
    authorization_details_types: Vec<DetailType>,
    grants: Vec<String>,
    auth: AuthItem,
    dpop_bound: bool,
    certificate_bound: bool,
    /// JSON as text: numbers of the table are not those of JSON.
    custom_claims: String,
    token_quota: Option<TokenQuota>,
    allowed_cidrs: Vec<Cidr>,
    access_token_ttl_seconds: AccessTokenTtl,
    deletion_protection: bool,
    tags: Tags,
    secret_storage: SecretStorage,
    secrets: Vec<SecretItem>,
    generation: Generation,
    created_at: Timestamp,
    updated_at: Timestamp,
    last_used: BTreeMap<SecretId, i64>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StateItem {
    Pending,
    Abandoned,
    Active,
    Disabled,
    Deleted,
}

#[derive(Serialize, Deserialize)]
struct AudienceGrantItem {
    audience: ResourceServerItem,
    scopes: ScopeSet,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ResourceServerItem {
    Management,
    Api(Audience),
}

/// Lays out a whole client.
pub(in crate::dynamodb) fn to_item(client: &Client) -> Result<Item, StoreError> {
    super::write(
        "a client",
        Key::client(&client.id),
        ClientItem::from(client),
    )
}

/// Reads a client.
pub(in crate::dynamodb) fn from_item(item: Item) -> Result<Client, StoreError> {
    let item: ClientItem = super::read("a client", item)?;
    Client::try_from(item).map_err(|reason| StoreError::new("understand a client", reason))
}

/// All of a client that a state change writes.
pub(in crate::dynamodb) fn to_changes(client: &Client) -> Result<Item, StoreError> {
    let mut item = to_item(client)?;
    item.remove(LAST_USED);
    Ok(item)
}

/// The condition on the client's state that goes into a delete of its item.
pub(in crate::dynamodb) fn when_abandoned(expected: Revision) -> Expression {
    Expression::default()
        .at_revision(expected)
        .and_when("revision = :expected AND #state = :abandoned")
        .name("#state", "state")
        .value(":abandoned", text("abandoned"))
}

impl From<&Client> for ClientItem {
    fn from(client: &Client) -> Self {
        let (state, restorable_until, was_disabled) = state_to_item(client.state);
        let last_used = client.last_used.iter();
        Self {
            schema_version: SchemaVersion,
            revision: client.revision.0,
            client_id: client.id.clone(),
            name: client.name.clone(),
            description: client.description.clone(),
            owner: client.owner.clone(),
            organization: client.organization.clone(),
            state,
            restorable_until,
            was_disabled,
            expires_at: restorable_until.map(Timestamp::as_second),
            scopes: client.scopes.clone(),
            default_scopes: client.default_scopes.clone(),
            default_audience: ResourceServerItem::from(&client.default_audience),
            audience_grants: client
                .audience_grants
                .as_ref()
                .map(|grants| grants.iter().map(AudienceGrantItem::from).collect()),
            authorization_details_types: client.authorization_details_types.clone(),
            grants: client
                .grant_types
                .iter()
                .map(|grant| grant.as_str().to_owned())
                .collect(),
            auth: AuthItem::from(&client.auth),
            dpop_bound: client.dpop_bound,
            certificate_bound: client.certificate_bound,
            custom_claims: client.custom_claims.to_record(),
            token_quota: client.token_quota,
            allowed_cidrs: client.allowed_cidrs.clone(),
            access_token_ttl_seconds: client.access_token_ttl,
            deletion_protection: client.deletion_protection,
            tags: client.tags.clone(),
            secret_storage: client.secret_storage,
            secrets: client.secrets.iter().map(SecretItem::from).collect(),
            generation: client.generation,
            created_at: client.created_at,
            updated_at: client.updated_at,
            last_used: last_used
                .map(|(id, at)| (id.clone(), at.as_second()))
                .collect(),
        }
    }
}

impl TryFrom<ClientItem> for Client {
    type Error = String;
    fn try_from(item: ClientItem) -> Result<Self, Self::Error> {
        let grants = item.grants.iter();
        let grants = grants.map(|grant| GrantType::parse(grant).ok_or("a grant is unknown"));
        let last_used = item.last_used.into_iter();
        let last_used = last_used.map(|(id, at)| Ok((id, Timestamp::from_second(at)?)));
        Ok(Self {
            id: item.client_id,
            name: item.name,
            description: item.description,
            owner: item.owner,
            organization: item.organization,
            state: state_from_item(item.state, item.restorable_until, item.was_disabled)?,
            scopes: item.scopes,
            default_scopes: item.default_scopes,
            default_audience: item.default_audience.into(),
            audience_grants: item
                .audience_grants
                .map(|grants| grants.into_iter().map(AudienceGrant::from).collect()),
            authorization_details_types: item.authorization_details_types,
            grant_types: grants.collect::<Result<_, _>>()?,
            auth: item
                .auth
                .try_into()
                .map_err(|error: url::ParseError| error.to_string())?,
            dpop_bound: item.dpop_bound,
            certificate_bound: item.certificate_bound,
            custom_claims: CustomClaims::from_record(&item.custom_claims)
                .map_err(|error| error.to_string())?,
            token_quota: item.token_quota,
            allowed_cidrs: item.allowed_cidrs,
            access_token_ttl: item.access_token_ttl_seconds,
            deletion_protection: item.deletion_protection,
            tags: item.tags,
            secret_storage: item.secret_storage,
            secrets: item.secrets.into_iter().map(Into::into).collect(),
            generation: item.generation,
            created_at: item.created_at,
            updated_at: item.updated_at,
            revision: Revision(item.revision),
            last_used: last_used
                .collect::<Result<_, jiff::Error>>()
                .map_err(|error| error.to_string())?,
        })
    }
}

/// The state, and of a deleted client until when it is kept and whether it was disabled before.
fn state_to_item(state: ClientState) -> (StateItem, Option<Timestamp>, bool) {
    match state {
        ClientState::Pending => (StateItem::Pending, None, false),
        ClientState::Abandoned => (StateItem::Abandoned, None, false),
        ClientState::Active => (StateItem::Active, None, false),
        ClientState::Disabled => (StateItem::Disabled, None, false),
        ClientState::Deleted {
            restorable_until,
            was_disabled,
        } => (StateItem::Deleted, Some(restorable_until), was_disabled),
    }
}

fn state_from_item(
    state: StateItem,
    restorable_until: Option<Timestamp>,
    was_disabled: bool,
) -> Result<ClientState, &'static str> {
    match (state, restorable_until) {
        (StateItem::Pending, None) => Ok(ClientState::Pending),
        (StateItem::Abandoned, None) => Ok(ClientState::Abandoned),
        (StateItem::Active, None) => Ok(ClientState::Active),
        (StateItem::Disabled, None) => Ok(ClientState::Disabled),
        (StateItem::Deleted, Some(restorable_until)) => Ok(ClientState::Deleted {
            restorable_until,
            was_disabled,
        }),
        _ => Err("state and restorable_until do not go together"),
    }
}

impl From<&AudienceGrant> for AudienceGrantItem {
    fn from(grant: &AudienceGrant) -> Self {
        Self {
            audience: ResourceServerItem::from(&grant.audience),
            scopes: grant.scopes.clone(),
        }
    }
}

impl From<AudienceGrantItem> for AudienceGrant {
    fn from(item: AudienceGrantItem) -> Self {
        Self {
            audience: item.audience.into(),
            scopes: item.scopes,
        }
    }
}

impl From<&ResourceServer> for ResourceServerItem {
    fn from(server: &ResourceServer) -> Self {
        match server {
            ResourceServer::Management => Self::Management,
            ResourceServer::Api(audience) => Self::Api(audience.clone()),
        }
    }
}

impl From<ResourceServerItem> for ResourceServer {
    fn from(item: ResourceServerItem) -> Self {
        match item {
            ResourceServerItem::Management => Self::Management,
            ResourceServerItem::Api(audience) => Self::Api(audience),
        }
    }
}
