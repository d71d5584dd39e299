//! What an owner decides about a client, and the rules it must keep.

mod audiences;
mod check;
mod credentials;
mod patch;
mod trust;
mod wire;

use m2m_types::admin::client::{ReplaceClient, Tags};
use m2m_types::admin::limits::TokenQuota;
use m2m_types::authorization_details::DetailType;
use m2m_types::cidr::Cidr;
use m2m_types::custom_claims::CustomClaims;
use m2m_types::names::{ClientName, Description};
use m2m_types::problem::FieldError;
use m2m_types::scope::ScopeSet;
use m2m_types::ttl::AccessTokenTtl;

pub(super) use audiences::wire_grants;
pub(super) use credentials::{credentials_of, method_name};
pub(super) use patch::patched;

use super::ClientsError;
use crate::client::{AudienceGrant, Client, GrantType};
use crate::client_auth::AuthMethod;
use crate::resource_servers::{KnownServers, ResourceServer};

/// The part of a client that its owner decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClientSettings {
    pub(crate) name: ClientName,
    pub(crate) description: Option<Description>,
    pub(crate) scopes: Option<ScopeSet>,
    pub(crate) default_scopes: Option<ScopeSet>,
    pub(crate) default_audience: ResourceServer,
    pub(crate) audience_grants: Option<Vec<AudienceGrant>>,
    pub(crate) authorization_details_types: Vec<DetailType>,
    pub(crate) grant_types: Vec<GrantType>,
    pub(crate) method: AuthMethod,
    pub(crate) dpop_bound: bool,
    pub(crate) certificate_bound: bool,
    pub(crate) custom_claims: CustomClaims,
    pub(crate) token_quota: Option<TokenQuota>,
    pub(crate) allowed_cidrs: Vec<Cidr>,
    pub(crate) access_token_ttl: AccessTokenTtl,
    pub(crate) deletion_protection: bool,
    pub(crate) tags: Tags,
}

impl ClientSettings {
    /// A client with a name and a secret that may do all that its owner may.
    pub(crate) fn named(name: ClientName, default_audience: ResourceServer) -> Self {
        Self {
            name,
            description: None,
            scopes: None,
            default_scopes: None,
            default_audience,
            audience_grants: None,
            authorization_details_types: vec![],
            grant_types: vec![GrantType::ClientCredentials],
            method: AuthMethod::ClientSecret,
            dpop_bound: false,
            certificate_bound: false,
            custom_claims: CustomClaims::default(),
            token_quota: None,
            allowed_cidrs: vec![],
            access_token_ttl: AccessTokenTtl::default(),
            deletion_protection: false,
            tags: Tags::new(),
        }
    }

    pub(super) fn of(client: &Client) -> Self {
        Self {
            name: client.name.clone(),
            description: client.description.clone(),
            scopes: client.scopes.clone(),
            default_scopes: client.default_scopes.clone(),
            default_audience: client.default_audience.clone(),
            audience_grants: client.audience_grants.clone(),
            authorization_details_types: client.authorization_details_types.clone(),
            grant_types: client.grant_types.clone(),
            method: client.auth.method.clone(),
            dpop_bound: client.dpop_bound,
            certificate_bound: client.certificate_bound,
            custom_claims: client.custom_claims.clone(),
            token_quota: client.token_quota,
            allowed_cidrs: client.allowed_cidrs.clone(),
            access_token_ttl: client.access_token_ttl,
            deletion_protection: client.deletion_protection,
            tags: client.tags.clone(),
        }
    }

    /// The client with these settings; how it proves who it is is settled apart, since that has a past.
    pub(super) fn apply_to(self, client: Client) -> Client {
        Client {
            name: self.name,
            description: self.description,
            scopes: self.scopes,
            default_scopes: self.default_scopes,
            default_audience: self.default_audience,
            audience_grants: self.audience_grants,
            authorization_details_types: self.authorization_details_types,
            grant_types: self.grant_types,
            dpop_bound: self.dpop_bound,
            certificate_bound: self.certificate_bound,
            custom_claims: self.custom_claims,
            token_quota: self.token_quota,
            allowed_cidrs: self.allowed_cidrs,
            access_token_ttl: self.access_token_ttl,
            deletion_protection: self.deletion_protection,
            tags: self.tags,
            ..client
        }
    }

    /// What a request asks for, each member understood. `present` is the client as it is; what a request leaves as it
    /// is there is understood as it was, also where the resource servers have changed since.
    pub(super) fn of_request(
        request: &ReplaceClient,
        known: &KnownServers,
        present: Option<&Client>,
    ) -> Result<Self, ClientsError> {
        let mut errors = Vec::new();
        let default = match present {
            Some(client) => client.default_audience.clone(),
            None => known.default_for_clients(),
        };
        let mut settings = Self {
            description: request.description.clone(),
            scopes: request.scopes.clone(),
            default_scopes: request.default_scopes.clone(),
            authorization_details_types: Vec::from_iter(
                request.authorization_details_types.iter().cloned(),
            ),
            dpop_bound: request.dpop_bound_access_tokens,
            certificate_bound: request.tls_client_certificate_bound_access_tokens,
            custom_claims: request.custom_claims.clone(),
            token_quota: request.token_quota,
            allowed_cidrs: request.allowed_cidrs.clone(),
            access_token_ttl: request.access_token_ttl_seconds,
            deletion_protection: request.deletion_protection,
            tags: request.tags.clone(),
            ..Self::named(request.name.clone(), default)
        };
        let mut take = |understood: Result<(), Vec<FieldError>>| {
            errors.extend(understood.err().unwrap_or_default());
        };
        take(audiences::understand(
            request,
            known,
            present,
            &mut settings,
        ));
        take(wire::grant_types(request).map(|types| settings.grant_types = types));
        take(
            credentials::method_of(&wire::credentials(request))
                .map(|method| settings.method = method),
        );
        if errors.is_empty() {
            Ok(settings)
        } else {
            Err(ClientsError::Invalid(errors))
        }
    }
}
