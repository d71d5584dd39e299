//! What the token will be for.

use m2m_types::token_request::TokenRequest;

use super::TokenError;
use crate::client::{AudienceGrant, Client};
use crate::resource_servers::{KnownServers, ResourceServer};

/// The API that a token is for, and the client's grant for it; no grant: the client has none that bound it.
pub(super) struct Target<'a> {
    pub(super) server: ResourceServer,
    pub(super) grant: Option<&'a AudienceGrant>,
}

/// The requested API, else the client's default (RFC 9068 §3), if the client may ask for it.
///
/// `resource` (RFC 8707 §2) and `audience` mean the same. A token is for one resource server, since scopes of several
/// in one token could be used at each of them; the same one repeated counts once.
pub(super) fn choose<'a>(
    known: &KnownServers,
    request: &TokenRequest,
    client: &'a Client,
) -> Result<Target<'a>, TokenError> {
    let server = match named(request)? {
        Some(unverified) => known.find(unverified).ok_or(TokenError::UnknownResource)?,
        None if known.has(&client.default_audience) => client.default_audience.clone(),
        None => return Err(TokenError::DefaultAudienceGone),
    };
    let Some(grants) = &client.audience_grants else {
        return Ok(Target {
            server,
            grant: None,
        });
    };
    let grant = grants.iter().find(|grant| grant.audience == server);
    if grant.is_none() {
        return Err(TokenError::AudienceNotGranted);
    }
    Ok(Target { server, grant })
}

/// The one API that the request names, if it names any.
fn named(request: &TokenRequest) -> Result<Option<&str>, TokenError> {
    let resources = request.unverified_resources.iter();
    let mut named = resources.chain(&request.unverified_audiences);
    let first = named.next();
    if named.any(|other| Some(other) != first) {
        return Err(TokenError::ManyResources);
    }
    Ok(first.map(String::as_str))
}
