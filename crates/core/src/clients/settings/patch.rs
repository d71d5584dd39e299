//! Settings after a merge patch, RFC 7396.

use std::collections::BTreeMap;

use m2m_types::admin::client::{PatchClient, ReplaceClient, Tags};
use m2m_types::admin::credentials::Credentials;
use m2m_types::admin::limits::{TokenQuota, TokenQuotaPatch};
use m2m_types::admin::patch::Patch;
use m2m_types::custom_claims::{ClaimsPatch, CustomClaims};
use m2m_types::names::{ClientName, TagKey, TagValue};
use m2m_types::problem::FieldError;

use super::{ClientsError, credentials_of, wire};
use crate::client::Client;
use crate::resource_servers::KnownServers;

/// What a replace would have to say to do what the patch does.
pub(in crate::clients) fn patched(
    client: &Client,
    known: &KnownServers,
    patch: PatchClient,
) -> Result<ReplaceClient, ClientsError> {
    let before = wire::present(client, known, credentials_that_stay(client, &patch));
    Ok(ReplaceClient {
        name: patched_name(patch.name, before.name)?,
        description: patch.description.over_option(before.description),
        scopes: patch.scopes.over_option(before.scopes),
        default_scopes: patch.default_scopes.over_option(before.default_scopes),
        default_audience: match patch.default_audience {
            Patch::Null => Some(known.audience_of(&known.default_for_clients()).clone()),
            patch => patch.over_option(before.default_audience),
        },
        grants: patch.grants.over_option(before.grants),
        authorization_details_types: patch
            .authorization_details_types
            .over(before.authorization_details_types),
        grant_types: patch.grant_types.over_option(before.grant_types),
        token_endpoint_auth_method: patch
            .token_endpoint_auth_method
            .over_option(before.token_endpoint_auth_method),
        jwks: patch.jwks.over_option(before.jwks),
        jwks_uri: patch.jwks_uri.over_option(before.jwks_uri),
        trust: patch.trust.over_option(before.trust),
        tls_client_auth_subject_dn: patch
            .tls_client_auth_subject_dn
            .over_option(before.tls_client_auth_subject_dn),
        tls_client_auth_san_dns: patch
            .tls_client_auth_san_dns
            .over_option(before.tls_client_auth_san_dns),
        tls_client_auth_san_uri: patch
            .tls_client_auth_san_uri
            .over_option(before.tls_client_auth_san_uri),
        tls_client_auth_san_ip: patch
            .tls_client_auth_san_ip
            .over_option(before.tls_client_auth_san_ip),
        tls_client_auth_san_email: patch
            .tls_client_auth_san_email
            .over_option(before.tls_client_auth_san_email),
        assertion_audience: patch
            .assertion_audience
            .over_option(before.assertion_audience),
        overlap_seconds: patch.overlap_seconds,
        dpop_bound_access_tokens: patch
            .dpop_bound_access_tokens
            .over(before.dpop_bound_access_tokens),
        tls_client_certificate_bound_access_tokens: patch
            .tls_client_certificate_bound_access_tokens
            .over(before.tls_client_certificate_bound_access_tokens),
        custom_claims: patched_claims(patch.custom_claims, before.custom_claims)?,
        token_quota: patched_quota(patch.token_quota, before.token_quota)?,
        allowed_cidrs: patch.allowed_cidrs.over(before.allowed_cidrs),
        access_token_ttl_seconds: patch
            .access_token_ttl_seconds
            .over(before.access_token_ttl_seconds),
        deletion_protection: patch.deletion_protection.over(before.deletion_protection),
        tags: patched_tags(patch.tags, before.tags),
    })
}

fn refused(pointer: &str, detail: impl ToString) -> ClientsError {
    ClientsError::Invalid(vec![FieldError::new(pointer, detail)])
}

/// A client has one set of credentials: whoever names another method, other keys, trusts or another identifier puts
/// them in the place of what was there.
fn credentials_that_stay(client: &Client, patch: &PatchClient) -> Credentials {
    let present = credentials_of(&client.auth.method);
    let method = present.token_endpoint_auth_method;
    let changes_method = patch.token_endpoint_auth_method.clone().over(method) != method;
    let names_another = [
        patch.jwks.is_value(),
        patch.jwks_uri.is_value(),
        patch.trust.is_value(),
        patch.tls_client_auth_subject_dn.is_value(),
        patch.tls_client_auth_san_dns.is_value(),
        patch.tls_client_auth_san_uri.is_value(),
        patch.tls_client_auth_san_ip.is_value(),
        patch.tls_client_auth_san_email.is_value(),
    ];
    if !changes_method && !names_another.contains(&true) {
        return present;
    }
    // What is for assertions of the client's own goes with its keys.
    let has_own_keys = !changes_method && !patch.trust.is_value();
    Credentials {
        token_endpoint_auth_method: method,
        assertion_audience: present.assertion_audience.filter(|_| has_own_keys),
        ..Credentials::default()
    }
}

fn patched_name(patch: Patch<ClientName>, name: ClientName) -> Result<ClientName, ClientsError> {
    let name = patch.over_option(Some(name));
    name.ok_or_else(|| refused("/name", "a client needs a name"))
}

fn patched_claims(
    patch: Patch<ClaimsPatch>,
    claims: CustomClaims,
) -> Result<CustomClaims, ClientsError> {
    match patch {
        Patch::Absent => Ok(claims),
        Patch::Null => Ok(CustomClaims::default()),
        Patch::Value(changes) => {
            let claims = changes.over(&claims);
            claims.map_err(|error| refused("/custom_claims", error))
        }
    }
}

fn patched_quota(
    patch: Patch<TokenQuotaPatch>,
    quota: Option<TokenQuota>,
) -> Result<Option<TokenQuota>, ClientsError> {
    match patch {
        Patch::Absent => Ok(quota),
        Patch::Null => Ok(None),
        Patch::Value(changes) => {
            let quota = changes.over(quota);
            let quota = quota.ok_or_else(|| refused("/token_quota", "a quota needs limit and per"));
            quota.map(Some)
        }
    }
}

fn patched_tags(patch: Patch<BTreeMap<TagKey, Option<TagValue>>>, mut tags: Tags) -> Tags {
    match patch {
        Patch::Absent => tags,
        Patch::Null => Tags::new(),
        Patch::Value(changes) => {
            for (key, change) in changes {
                match change {
                    Some(value) => tags.insert(key, value),
                    None => tags.remove(&key),
                };
            }
            tags
        }
    }
}
