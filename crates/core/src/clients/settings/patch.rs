//! Settings after a merge patch, RFC 7396.

use std::collections::BTreeMap;

use m2m_types::admin::client::{PatchClient, ReplaceClient, Tags};
use m2m_types::admin::patch::Patch;
use m2m_types::names::{TagKey, TagValue};
use m2m_types::problem::FieldError;

use super::{ClientsError, wire};
use crate::client::Client;
use crate::resource_servers::KnownServers;

/// What a replace would have to say to do what the patch does.
pub(in crate::clients) fn patched(
    client: &Client,
    known: &KnownServers,
    patch: PatchClient,
) -> Result<ReplaceClient, ClientsError> {
    let mut after = wire::present(client, known);
    patch_credentials(&mut after, &patch);
    match patch.name {
        Patch::Absent => {}
        Patch::Value(name) => after.name = name,
        Patch::Null => return Err(refused("/name", "a client needs a name")),
    }
    after.description = patch.description.over_option(after.description);
    after.scopes = patch.scopes.over_option(after.scopes);
    after.default_scopes = patch.default_scopes.over_option(after.default_scopes);
    match patch.default_audience {
        Patch::Absent => {}
        Patch::Value(audience) => after.default_audience = Some(audience),
        Patch::Null => {
            let default = known.default_for_clients();
            after.default_audience = Some(known.audience_of(&default).clone());
        }
    }
    after.grants = patch.grants.over_option(after.grants);
    after.authorization_details_types =
        (patch.authorization_details_types).over(after.authorization_details_types);
    after.grant_types = patch.grant_types.over_option(after.grant_types);
    after.overlap_seconds = patch.overlap_seconds;
    after.dpop_bound_access_tokens =
        (patch.dpop_bound_access_tokens).over(after.dpop_bound_access_tokens);
    after.tls_client_certificate_bound_access_tokens = (patch
        .tls_client_certificate_bound_access_tokens)
        .over(after.tls_client_certificate_bound_access_tokens);
    match patch.custom_claims {
        Patch::Absent => {}
        Patch::Null => after.custom_claims = Default::default(),
        Patch::Value(claims) => {
            let claims = claims.over(&after.custom_claims);
            after.custom_claims = claims.map_err(|error| refused("/custom_claims", error))?;
        }
    }
    match patch.token_quota {
        Patch::Absent => {}
        Patch::Null => after.token_quota = None,
        Patch::Value(quota) => {
            let whole = quota.over(after.token_quota);
            let whole =
                whole.ok_or_else(|| refused("/token_quota", "a quota needs limit and per"))?;
            after.token_quota = Some(whole);
        }
    }
    after.allowed_cidrs = patch.allowed_cidrs.over(after.allowed_cidrs);
    after.access_token_ttl_seconds =
        (patch.access_token_ttl_seconds).over(after.access_token_ttl_seconds);
    after.deletion_protection = patch.deletion_protection.over(after.deletion_protection);
    after.tags = patched_tags(patch.tags, after.tags);
    Ok(after)
}

fn refused(pointer: &str, detail: impl ToString) -> ClientsError {
    ClientsError::Invalid(vec![FieldError::new(pointer, detail)])
}

/// A client has one set of credentials: whoever names another method, other keys, trusts or another identifier puts
/// them in the place of what was there.
fn patch_credentials(after: &mut ReplaceClient, patch: &PatchClient) {
    let method = patch.token_endpoint_auth_method.clone().over_option(None);
    let changes_method = !patch.token_endpoint_auth_method.is_absent()
        && method.unwrap_or_default() != after.token_endpoint_auth_method.unwrap_or_default();
    let texts = [
        &patch.jwks_uri,
        &patch.tls_client_auth_subject_dn,
        &patch.tls_client_auth_san_dns,
        &patch.tls_client_auth_san_uri,
        &patch.tls_client_auth_san_ip,
        &patch.tls_client_auth_san_email,
    ];
    let names_another = matches!(patch.jwks, Patch::Value(_))
        || matches!(patch.trust, Patch::Value(_))
        || texts.iter().any(|text| matches!(text, Patch::Value(_)));
    if changes_method || names_another {
        after.jwks = None;
        after.jwks_uri = None;
        after.trust = None;
        after.tls_client_auth_subject_dn = None;
        after.tls_client_auth_san_dns = None;
        after.tls_client_auth_san_uri = None;
        after.tls_client_auth_san_ip = None;
        after.tls_client_auth_san_email = None;
    }
    // What is for assertions of the client's own goes with its keys.
    if changes_method || matches!(patch.trust, Patch::Value(_)) {
        after.assertion_audience = None;
    }
    let over = |patch: &Patch<String>, present: &mut Option<String>| {
        *present = patch.clone().over_option(present.take());
    };
    after.token_endpoint_auth_method =
        (patch.token_endpoint_auth_method.clone()).over_option(after.token_endpoint_auth_method);
    after.jwks = patch.jwks.clone().over_option(after.jwks.take());
    after.trust = patch.trust.clone().over_option(after.trust.take());
    over(&patch.jwks_uri, &mut after.jwks_uri);
    over(
        &patch.tls_client_auth_subject_dn,
        &mut after.tls_client_auth_subject_dn,
    );
    over(
        &patch.tls_client_auth_san_dns,
        &mut after.tls_client_auth_san_dns,
    );
    over(
        &patch.tls_client_auth_san_uri,
        &mut after.tls_client_auth_san_uri,
    );
    over(
        &patch.tls_client_auth_san_ip,
        &mut after.tls_client_auth_san_ip,
    );
    over(
        &patch.tls_client_auth_san_email,
        &mut after.tls_client_auth_san_email,
    );
    after.assertion_audience =
        (patch.assertion_audience.clone()).over_option(after.assertion_audience);
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
