//! What the token will allow in the words of its audience, RFC 9396.

use m2m_types::authorization_details::AuthorizationDetails;
use m2m_types::token_request::TokenRequest;

use super::TokenError;

/// What is asked for, if anything is: an array of objects, each with a type.
pub(super) fn requested(
    request: &TokenRequest,
) -> Result<Option<AuthorizationDetails>, TokenError> {
    let unverified = request.unverified_authorization_details.as_deref();
    let details = unverified.map(AuthorizationDetails::parse).transpose();
    details.map_err(|_| TokenError::DetailsMalformed)
}
