//! Whether the token may be used by whoever sent it.

use aws_lc_rs::digest::{Context, SHA256};
use jiff::Timestamp;
use m2m_jose::{DpopProof, certificate_thumbprint};
use m2m_types::confirmation::Confirmation;

use crate::error::{InvalidProof, InvalidToken, Refusal, Unavailable};
use crate::replay::{Remembered, Replay};
use crate::request::{RequestContext, Scheme};

/// How old a proof may be, in seconds.
const MAX_AGE: i64 = 60;
/// How far ahead the clock of whoever made it may be, in seconds.
const MAX_AHEAD: i64 = 10;

/// Checks that the request shows what its token is bound to, RFC 8705 §3 and RFC 9449 §7. A confirmation of neither kind
/// cannot be shown.
pub(crate) fn check(
    confirmation: Option<&Confirmation>,
    token: &str,
    request: &RequestContext<'_>,
    replay: &Replay,
    now: Timestamp,
) -> Result<(), Refusal> {
    let bound_to =
        |of: fn(&Confirmation) -> &Option<String>| confirmation.and_then(|c| of(c).as_deref());
    let certificate = bound_to(|confirmation| &confirmation.x5t_s256);
    let key = bound_to(|confirmation| &confirmation.jkt);
    if confirmation.is_some() && certificate.is_none() && key.is_none() {
        return Err(InvalidToken::Claims.into());
    }
    if let Some(thumbprint) = certificate {
        check_certificate(thumbprint, request.certificate)?;
    }
    match (key, request.scheme) {
        (None, Scheme::Bearer) => Ok(()),
        (None, Scheme::Dpop) => Err(InvalidToken::NotBound.into()),
        (Some(_), Scheme::Bearer) => Err(InvalidToken::BoundToKey.into()),
        (Some(thumbprint), Scheme::Dpop) => check_proof(thumbprint, token, request, replay, now),
    }
}

fn check_certificate(thumbprint: &str, certificate: Option<&[u8]>) -> Result<(), InvalidToken> {
    if certificate.is_some_and(|der| certificate_thumbprint(der) == thumbprint) {
        Ok(())
    } else {
        Err(InvalidToken::Certificate)
    }
}

/// RFC 9449 §4.3 and §7.1, in the order in which a failure costs least.
fn check_proof(
    thumbprint: &str,
    token: &str,
    request: &RequestContext<'_>,
    replay: &Replay,
    now: Timestamp,
) -> Result<(), Refusal> {
    let [proof] = request.proofs[..] else {
        return Err(InvalidProof::Count.into());
    };
    let proof = DpopProof::parse(proof).map_err(InvalidProof::Malformed)?;
    let now = now.as_second();
    if proof.thumbprint() != thumbprint {
        return Err(InvalidProof::OtherKey.into());
    }
    if !proof.is_for(request.method, request.url) {
        return Err(InvalidProof::OtherRequest.into());
    }
    if !proof.is_for_token(token) {
        return Err(InvalidProof::OtherToken.into());
    }
    if !(now - MAX_AGE..=now + MAX_AHEAD).contains(&proof.issued_at()) {
        return Err(InvalidProof::Time.into());
    }
    match replay.remember(name_of(&proof), now + MAX_AGE + MAX_AHEAD, now) {
        Remembered::New => Ok(()),
        Remembered::Seen => Err(InvalidProof::Replayed.into()),
        Remembered::Full => Err(Unavailable::Proofs.into()),
    }
}

/// A `jti` is unique for its key only.
fn name_of(proof: &DpopProof) -> [u8; 32] {
    let mut context = Context::new(&SHA256);
    context.update(proof.thumbprint().as_bytes());
    context.update(proof.jti().as_bytes());
    let mut name = [0; 32];
    name.copy_from_slice(context.finish().as_ref());
    name
}
