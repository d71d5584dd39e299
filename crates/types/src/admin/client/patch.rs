//! `PATCH /v1/clients/{id}`.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::AudienceGrant;
use crate::admin::credentials::{AssertionAudience, Jwks, TokenEndpointAuthMethod, Trust};
use crate::admin::limits::TokenQuotaPatch;
use crate::admin::patch::Patch;
use crate::admin::unique_map::unique_patch;
use crate::audience::Audience;
use crate::authorization_details::DetailType;
use crate::cidr::Cidr;
use crate::custom_claims::ClaimsPatch;
use crate::names::{ClientName, Description, TagKey, TagValue};
use crate::scope::ScopeSet;
use crate::ttl::AccessTokenTtl;

/// `PATCH /v1/clients/{id}` (RFC 7396): what is left out stays, null goes back to its default.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PatchClient {
    /// What people call it; cannot be null.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub name: Patch<ClientName>,
    /// What it is for.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub description: Patch<Description>,
    /// What it may ask for: null all of its owner's, `[]` nothing.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub scopes: Patch<ScopeSet>,
    /// What it gets when it asks for nothing; null: all of its scopes.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub default_scopes: Patch<ScopeSet>,
    /// What its tokens are for when it names none; null: what new clients get, the deployment's default at this moment.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub default_audience: Patch<Audience>,
    /// What it may ask for of each audience, at most 50; null: of every audience all of its scopes.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub grants: Patch<Vec<AudienceGrant>>,
    /// Which types its `authorization_details` may have, at most 50.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub authorization_details_types: Patch<BTreeSet<DetailType>>,
    /// How it may get tokens; null: `client_credentials`.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub grant_types: Patch<Vec<String>>,
    /// How it proves who it is; null: `client_secret_basic`.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub token_endpoint_auth_method: Patch<TokenEndpointAuthMethod>,
    /// Its public keys.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub jwks: Patch<Jwks>,
    /// Where it publishes its public keys.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub jwks_uri: Patch<String>,
    /// Whose tokens prove who it is.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub trust: Patch<Vec<Trust>>,
    /// The distinguished name of its certificate's subject, RFC 4514.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub tls_client_auth_subject_dn: Patch<String>,
    /// A DNS name of its certificate.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub tls_client_auth_san_dns: Patch<String>,
    /// A URI of its certificate.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub tls_client_auth_san_uri: Patch<String>,
    /// An IP address of its certificate.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub tls_client_auth_san_ip: Patch<String>,
    /// A mail address of its certificate.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub tls_client_auth_san_email: Patch<String>,
    /// What `aud` may be in its assertions; null: the issuer alone.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub assertion_audience: Patch<AssertionAudience>,
    /// How long the credentials before still work when others take their place: 0 to 2,592,000 (30 days). Absent:
    /// not at all, and a period under way goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overlap_seconds: Option<u32>,
    /// Whether it gets only tokens bound to a DPoP key, RFC 9449 §5.2.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub dpop_bound_access_tokens: Patch<bool>,
    /// Whether it gets only tokens bound to its certificate, RFC 8705 §3.4.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub tls_client_certificate_bound_access_tokens: Patch<bool>,
    /// What is added to its tokens.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub custom_claims: Patch<ClaimsPatch>,
    /// How many tokens it may get; null: as many as it likes.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub token_quota: Patch<TokenQuotaPatch>,
    /// The networks that it may ask from, at most 100; empty: all.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub allowed_cidrs: Patch<Vec<Cidr>>,
    /// How long its tokens live.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub access_token_ttl_seconds: Patch<AccessTokenTtl>,
    /// Whether a delete is refused.
    #[serde(skip_serializing_if = "Patch::is_absent")]
    pub deletion_protection: Patch<bool>,
    /// Its labels.
    #[serde(
        skip_serializing_if = "Patch::is_absent",
        deserialize_with = "unique_patch"
    )]
    pub tags: Patch<BTreeMap<TagKey, Option<TagValue>>>,
}
