//! What a client's own assertion has to be for.

use m2m_jose::OneOrMany;
use m2m_types::admin::credentials::AssertionAudience;
use m2m_types::issuer::Issuer;
use m2m_types::metadata::paths;

use super::InvalidAssertion;

/// `aud` is this service and nobody else: an assertion that others take too could be one that they got
/// (RFC 7523 §3 as amended by RFC 10070, after the audience injection attack).
pub(super) fn check(
    aud: Option<&OneOrMany>,
    issuer: &Issuer,
    registered: AssertionAudience,
) -> Result<(), InvalidAssertion> {
    let aud = aud.ok_or(InvalidAssertion::Missing("aud"))?;
    let only = aud.only().ok_or(InvalidAssertion::ManyAudiences)?;
    if only == issuer.as_str() {
        return Ok(());
    }
    let is_token_endpoint = only == issuer.join(paths::TOKEN);
    match registered {
        AssertionAudience::TokenEndpoint if is_token_endpoint => Ok(()),
        AssertionAudience::Issuer if is_token_endpoint => Err(InvalidAssertion::TokenEndpoint),
        _ => Err(InvalidAssertion::OtherAudience),
    }
}
