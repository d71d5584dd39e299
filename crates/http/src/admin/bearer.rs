//! The bearer token of a management request, RFC 6750 §2.1.

use http::HeaderMap;
use http::header::AUTHORIZATION;
use m2m_core::caller::Caller;

use crate::State;
use crate::problem_answer::Refusal;

/// Finds out who calls. A token is taken from the header only, the scheme in any case.
pub(super) async fn caller(state: &State, headers: &HeaderMap) -> Result<Caller, Refusal> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let value = values.next().ok_or(Refusal::NoCredentials)?;
    if values.next().is_some() {
        return Err(Refusal::TwoHeaders);
    }
    let (scheme, token) = value
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .ok_or(Refusal::NoCredentials)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Refusal::NoCredentials);
    }
    state
        .callers
        .authenticate(token.trim())
        .await
        .map_err(Refusal::Caller)
}
