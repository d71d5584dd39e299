//! `POST /v1/clients`.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{AudienceGrant, ReplaceClient, SecretStorage, Tags, is_false};
use crate::admin::credentials::{AssertionAudience, Jwks, TokenEndpointAuthMethod, Trust};
use crate::admin::limits::TokenQuota;
use crate::admin::unique_map::unique;
use crate::audience::Audience;
use crate::authorization_details::DetailType;
use crate::cidr::Cidr;
use crate::custom_claims::CustomClaims;
use crate::names::{ClientName, Description};
use crate::scope::ScopeSet;
use crate::ttl::AccessTokenTtl;

/// `POST /v1/clients`: only `name` is needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateClient {
    /// What people call it; need not be unique.
    pub name: ClientName,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<Description>,
    /// What it may ask for: null all of its owner's, `[]` nothing.
    #[serde(default)]
    pub scopes: Option<ScopeSet>,
    /// What it gets when it asks for nothing; null: all of its scopes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_scopes: Option<ScopeSet>,
    /// What its tokens are for when it names none; null: the deployment's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_audience: Option<Audience>,
    /// What it may ask for of each audience, at most 50; null: of every audience all of its scopes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grants: Option<Vec<AudienceGrant>>,
    /// Which types its `authorization_details` may have, at most 50.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub authorization_details_types: BTreeSet<DetailType>,
    /// How it may get tokens; null: `client_credentials`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant_types: Option<Vec<String>>,
    /// How it proves who it is; null: `client_secret_basic`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_method: Option<TokenEndpointAuthMethod>,
    /// Its public keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Jwks>,
    /// Where it publishes its public keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jwks_uri: Option<String>,
    /// Whose tokens prove who it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trust: Option<Vec<Trust>>,
    /// The distinguished name of its certificate's subject, RFC 4514.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_subject_dn: Option<String>,
    /// A DNS name of its certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_dns: Option<String>,
    /// A URI of its certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_uri: Option<String>,
    /// An IP address of its certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_ip: Option<String>,
    /// A mail address of its certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_san_email: Option<String>,
    /// What `aud` may be in its assertions; null: the issuer alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assertion_audience: Option<AssertionAudience>,
    /// Whether it gets only tokens bound to a DPoP key, RFC 9449 §5.2.
    #[serde(default, skip_serializing_if = "is_false")]
    pub dpop_bound_access_tokens: bool,
    /// Whether it gets only tokens bound to its certificate, RFC 8705 §3.4.
    #[serde(default, skip_serializing_if = "is_false")]
    pub tls_client_certificate_bound_access_tokens: bool,
    /// What is added to its tokens.
    #[serde(default, skip_serializing_if = "CustomClaims::is_empty")]
    pub custom_claims: CustomClaims,
    /// How many tokens it may get; null: as many as it likes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_quota: Option<TokenQuota>,
    /// The networks that it may ask from, at most 100; empty: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed_cidrs: Vec<Cidr>,
    /// How long its tokens live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_token_ttl_seconds: Option<AccessTokenTtl>,
    /// Whether a delete is refused.
    #[serde(default)]
    pub deletion_protection: bool,
    /// Its labels.
    #[serde(
        default,
        skip_serializing_if = "BTreeMap::is_empty",
        deserialize_with = "unique"
    )]
    pub tags: Tags,
    /// Where the next secret's value is kept; absent: as the deployment says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret_storage: Option<SecretStorage>,
}

impl CreateClient {
    /// A client with just a name; everything else has its default.
    pub fn named(name: ClientName) -> Self {
        Self {
            name,
            description: None,
            scopes: None,
            default_scopes: None,
            default_audience: None,
            grants: None,
            authorization_details_types: BTreeSet::new(),
            grant_types: None,
            token_endpoint_auth_method: None,
            jwks: None,
            jwks_uri: None,
            trust: None,
            tls_client_auth_subject_dn: None,
            tls_client_auth_san_dns: None,
            tls_client_auth_san_uri: None,
            tls_client_auth_san_ip: None,
            tls_client_auth_san_email: None,
            assertion_audience: None,
            dpop_bound_access_tokens: false,
            tls_client_certificate_bound_access_tokens: false,
            custom_claims: CustomClaims::default(),
            token_quota: None,
            allowed_cidrs: vec![],
            access_token_ttl_seconds: None,
            deletion_protection: false,
            tags: Tags::new(),
            secret_storage: None,
        }
    }
}

/// Everything but where a secret's value is kept, as a replace would say it.
impl From<CreateClient> for ReplaceClient {
    fn from(create: CreateClient) -> Self {
        Self {
            name: create.name,
            description: create.description,
            scopes: create.scopes,
            default_scopes: create.default_scopes,
            default_audience: create.default_audience,
            grants: create.grants,
            authorization_details_types: create.authorization_details_types,
            grant_types: create.grant_types,
            token_endpoint_auth_method: create.token_endpoint_auth_method,
            jwks: create.jwks,
            jwks_uri: create.jwks_uri,
            trust: create.trust,
            tls_client_auth_subject_dn: create.tls_client_auth_subject_dn,
            tls_client_auth_san_dns: create.tls_client_auth_san_dns,
            tls_client_auth_san_uri: create.tls_client_auth_san_uri,
            tls_client_auth_san_ip: create.tls_client_auth_san_ip,
            tls_client_auth_san_email: create.tls_client_auth_san_email,
            assertion_audience: create.assertion_audience,
            overlap_seconds: None,
            dpop_bound_access_tokens: create.dpop_bound_access_tokens,
            tls_client_certificate_bound_access_tokens: create
                .tls_client_certificate_bound_access_tokens,
            custom_claims: create.custom_claims,
            token_quota: create.token_quota,
            allowed_cidrs: create.allowed_cidrs,
            access_token_ttl_seconds: create.access_token_ttl_seconds.unwrap_or_default(),
            deletion_protection: create.deletion_protection,
            tags: create.tags,
        }
    }
}
