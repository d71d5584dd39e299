//! What the service publishes about itself.

use serde::{Deserialize, Serialize};

use crate::authorization_details::DetailType;
use crate::issuer::Issuer;
use crate::scope::ScopeSet;

/// Where each endpoint is, below the issuer.
pub mod paths {
    /// The token endpoint, RFC 6749 §3.2.
    pub const TOKEN: &str = "/oauth/token";
    /// The introspection endpoint, RFC 7662 §2.
    pub const INTROSPECT: &str = "/oauth/introspect";
    /// The public keys, RFC 7517 §5.
    pub const JWKS: &str = "/.well-known/jwks.json";
    /// The revocation endpoint, RFC 7009 §2.
    pub const REVOKE: &str = "/oauth/revoke";
    /// What was stopped, signed.
    pub const REVOCATIONS: &str = "/.well-known/revocations";
    /// The metadata, RFC 8414 §3.
    pub const AUTHORIZATION_SERVER: &str = "/.well-known/oauth-authorization-server";
    /// The same metadata for libraries that look only here.
    pub const OPENID_CONFIGURATION: &str = "/.well-known/openid-configuration";
    /// The metadata of the management API, RFC 9728 §3.1.
    pub const PROTECTED_RESOURCE: &str = "/.well-known/oauth-protected-resource/v1";
    /// Whether the service can work.
    pub const HEALTH: &str = "/healthz";
    /// The management API.
    pub const MANAGEMENT: &str = "/v1";
}

/// Authorization server metadata, RFC 8414 §2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationServerMetadata {
    /// Equal to `iss` to the byte.
    pub issuer: Issuer,
    /// The token endpoint.
    pub token_endpoint: String,
    /// The public keys.
    pub jwks_uri: String,
    /// Empty: there is no authorization endpoint.
    pub response_types_supported: Vec<String>,
    /// The grants of the token endpoint.
    pub grant_types_supported: Vec<String>,
    /// How a client may authenticate there.
    pub token_endpoint_auth_methods_supported: Vec<String>,
    /// What client assertions may be signed with.
    #[serde(default)]
    pub token_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// The introspection endpoint, RFC 7662 §2.
    pub introspection_endpoint: String,
    /// How a caller may authenticate there; with an access token beside these.
    pub introspection_endpoint_auth_methods_supported: Vec<String>,
    /// What client assertions may be signed with there.
    #[serde(default)]
    pub introspection_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// What signs its signed answers, RFC 9701 §7.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub introspection_signing_alg_values_supported: Vec<String>,
    /// The revocation endpoint, RFC 7009 §2.
    pub revocation_endpoint: String,
    /// How a client may authenticate there.
    pub revocation_endpoint_auth_methods_supported: Vec<String>,
    /// What client assertions may be signed with there.
    #[serde(default)]
    pub revocation_endpoint_auth_signing_alg_values_supported: Vec<String>,
    /// The signed snapshot of what was stopped (ours).
    pub revocations_uri: String,
    /// Which authorization details some API knows, RFC 9396 §10.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub authorization_details_types_supported: Vec<DetailType>,
    /// What DPoP proofs may be signed with, RFC 9449 §5.1.
    #[serde(default)]
    pub dpop_signing_alg_values_supported: Vec<String>,
    /// Whether tokens can be bound to a client's certificate, RFC 8705 §3.3.
    #[serde(default, skip_serializing_if = "is_false")]
    pub tls_client_certificate_bound_access_tokens: bool,
    /// Where clients present a certificate, if that is elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mtls_endpoint_aliases: Option<EndpointAliases>,
    /// The scopes of the management API.
    pub scopes_supported: ScopeSet,
    /// The APIs that this service protects, RFC 9728 §4.
    pub protected_resources: Vec<String>,
}

/// The endpoints that clients authenticate at, where they present a certificate (RFC 8705 §5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndpointAliases {
    /// The token endpoint.
    pub token_endpoint: String,
    /// The introspection endpoint.
    pub introspection_endpoint: String,
    /// The revocation endpoint.
    pub revocation_endpoint: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
fn is_false(flag: &bool) -> bool {
    !flag
}

/// Protected resource metadata of the management API, RFC 9728 §2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProtectedResourceMetadata {
    /// `{issuer}/v1`.
    pub resource: String,
    /// The issuer.
    pub authorization_servers: Vec<Issuer>,
    /// The management scopes.
    pub scopes_supported: ScopeSet,
    /// `header` only.
    pub bearer_methods_supported: Vec<String>,
    /// What DPoP proofs may be signed with.
    #[serde(default)]
    pub dpop_signing_alg_values_supported: Vec<String>,
    /// Whether tokens that are bound to a certificate are accepted.
    #[serde(default, skip_serializing_if = "is_false")]
    pub tls_client_certificate_bound_access_tokens: bool,
}
