//! What the token will allow in the words of its audience, RFC 9396.

use m2m_types::authorization_details::AuthorizationDetails;
use m2m_types::token_request::TokenRequest;

use super::TokenError;
use crate::client::Client;
use crate::resource_servers::{KnownServers, ResourceServer};

/// What is asked for, if anything is: an array of objects, each with a type.
pub(super) fn requested(
    request: &TokenRequest,
) -> Result<Option<AuthorizationDetails>, TokenError> {
    let unverified = request.unverified_authorization_details.as_deref();
    let details = unverified.map(AuthorizationDetails::parse).transpose();
    details.map_err(|_| TokenError::DetailsMalformed)
}

/// The requested details, all or nothing: each of a type that the client is registered for and the API knows,
/// and for no other API.
pub(super) fn choose(
    request: &TokenRequest,
    client: &Client,
    known: &KnownServers,
    server: &ResourceServer,
) -> Result<Option<AuthorizationDetails>, TokenError> {
    let requested = requested(request)?.filter(|details| !details.is_empty());
    let record = known.record_of(server);
    for detail in requested.iter().flat_map(AuthorizationDetails::iter) {
        let kind = detail.kind();
        if !client.authorization_details_types.contains(kind) {
            return Err(TokenError::DetailNotGranted(kind.clone()));
        }
        let is_known = record.is_some_and(|it| it.authorization_details_types.contains(kind));
        if !is_known || !detail.is_for(known.audience_of(server)) {
            return Err(TokenError::DetailOfAnotherResource(kind.clone()));
        }
    }
    Ok(requested)
}
