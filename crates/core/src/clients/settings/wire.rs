//! Settings in the words of the wire.

use m2m_types::admin::client::ReplaceClient;
use m2m_types::admin::credentials::Credentials;
use m2m_types::problem::FieldError;

use super::audiences;
use crate::client::{Client, GrantType};
use crate::resource_servers::KnownServers;

/// What a replace would have to say to leave a client as it is, but for its credentials.
pub(super) fn present(
    client: &Client,
    known: &KnownServers,
    credentials: Credentials,
) -> ReplaceClient {
    let Credentials {
        token_endpoint_auth_method,
        jwks,
        jwks_uri,
        trust,
        tls_client_auth_subject_dn,
        tls_client_auth_san_dns,
        tls_client_auth_san_uri,
        tls_client_auth_san_ip,
        tls_client_auth_san_email,
        assertion_audience,
    } = credentials;
    let grant_types = client.grant_types.iter();
    ReplaceClient {
        name: client.name.clone(),
        description: client.description.clone(),
        scopes: client.scopes.clone(),
        default_scopes: client.default_scopes.clone(),
        default_audience: Some(known.audience_of(&client.default_audience).clone()),
        grants: audiences::wire_grants(client, known.fixed()),
        authorization_details_types: client.authorization_details_types.iter().cloned().collect(),
        grant_types: Some(grant_types.map(|grant| grant.as_str().to_owned()).collect()),
        token_endpoint_auth_method: Some(token_endpoint_auth_method),
        jwks,
        jwks_uri,
        trust,
        tls_client_auth_subject_dn,
        tls_client_auth_san_dns,
        tls_client_auth_san_uri,
        tls_client_auth_san_ip,
        tls_client_auth_san_email,
        assertion_audience,
        overlap_seconds: None,
        dpop_bound_access_tokens: client.dpop_bound,
        tls_client_certificate_bound_access_tokens: client.certificate_bound,
        custom_claims: client.custom_claims.clone(),
        token_quota: client.token_quota,
        allowed_cidrs: client.allowed_cidrs.clone(),
        access_token_ttl_seconds: client.access_token_ttl,
        deletion_protection: client.deletion_protection,
        tags: client.tags.clone(),
    }
}

/// What a request says of how the client proves who it is.
pub(super) fn credentials(request: &ReplaceClient) -> Credentials {
    Credentials {
        token_endpoint_auth_method: request.token_endpoint_auth_method.unwrap_or_default(),
        jwks: request.jwks.clone(),
        jwks_uri: request.jwks_uri.clone(),
        trust: request.trust.clone(),
        tls_client_auth_subject_dn: request.tls_client_auth_subject_dn.clone(),
        tls_client_auth_san_dns: request.tls_client_auth_san_dns.clone(),
        tls_client_auth_san_uri: request.tls_client_auth_san_uri.clone(),
        tls_client_auth_san_ip: request.tls_client_auth_san_ip.clone(),
        tls_client_auth_san_email: request.tls_client_auth_san_email.clone(),
        assertion_audience: request.assertion_audience,
    }
}

/// The grants by their names, each once.
pub(super) fn grant_types(request: &ReplaceClient) -> Result<Vec<GrantType>, Vec<FieldError>> {
    let Some(names) = &request.grant_types else {
        return Ok(vec![GrantType::ClientCredentials]);
    };
    let mut grant_types = Vec::new();
    for (position, name) in names.iter().enumerate() {
        match GrantType::parse(name) {
            Some(grant_type) => grant_types.push(grant_type),
            None => {
                let known = GrantType::ALL.iter().map(|grant| grant.as_str());
                let known = known.collect::<Vec<_>>().join(" or ");
                let pointer = format!("/grant_types/{position}");
                return Err(vec![FieldError::new(pointer, format!("must be {known}"))]);
            }
        }
    }
    grant_types.sort_unstable();
    grant_types.dedup();
    if grant_types.is_empty() {
        return Err(vec![FieldError::new(
            "/grant_types",
            "at least one of them",
        )]);
    }
    Ok(grant_types)
}
