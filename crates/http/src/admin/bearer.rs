//! The token of a management request: this service's own or a login provider's, RFC 6750 §2.1 and RFC 9449 §7.1.

use http::HeaderMap;
use http::header::AUTHORIZATION;
use m2m_core::caller::Caller;
use m2m_core::dpop::ShownToken;
use m2m_types::token_response::TokenType;

use super::call::Call;
use crate::headers::{DPOP, values};
use crate::problem_answer::Refusal;

/// Finds out who calls. A token is taken from the header only, the scheme in any case.
pub(super) async fn caller(call: &Call) -> Result<Caller, Refusal> {
    let (scheme, unverified_token) = token(&call.headers)?;
    let dpop = values(&call.headers, &DPOP);
    let shown = ShownToken {
        scheme,
        unverified_token,
        dpop: &dpop,
        certificate: call.certificate.as_ref(),
        method: call.method.as_str(),
        path: call.uri.path(),
    };
    match call.state.logins.authenticate(&shown).await {
        Some(login) => login.map_err(Refusal::Login),
        None => {
            let caller = call.state.callers.authenticate(&shown).await;
            caller.map_err(Refusal::Caller)
        }
    }
}

fn token(headers: &HeaderMap) -> Result<(TokenType, &str), Refusal> {
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
    let scheme = TokenType::of_scheme(scheme).ok_or(Refusal::NoCredentials)?;
    Ok((scheme, token.trim()))
}
