//! Putting other credentials in the place of a client's, with an overlap or without.

use jiff::{SignedDuration, Timestamp};
use m2m_types::problem::FieldError;

use super::ClientsError;
use crate::client::Client;
use crate::client_auth::{AuthMethod, RegisteredAuth, RetiringMethod};

/// The longest overlap.
pub(super) const MAX_OVERLAP_SECONDS: u32 = 30 * 24 * 60 * 60;

/// How a client proves who it is after a change.
///
/// What is replaced works for the overlap, and what was retiring before no longer. Without other credentials an overlap
/// shortens the one under way; it never prolongs it.
pub(super) fn changed_auth(
    present: &Client,
    method: AuthMethod,
    overlap_seconds: Option<u32>,
    now: Timestamp,
) -> Result<RegisteredAuth, ClientsError> {
    if overlap_seconds.is_some_and(|seconds| seconds > MAX_OVERLAP_SECONDS) {
        let detail = format!("must be 0 to {MAX_OVERLAP_SECONDS} seconds");
        let error = FieldError::new("/overlap_seconds", detail);
        return Err(ClientsError::Invalid(vec![error]));
    }
    let until = now + SignedDuration::from_secs(overlap_seconds.unwrap_or_default().into());
    if present.auth.method != method {
        check_secret(present, &method, now)?;
        let replaced = RetiringMethod {
            method: present.auth.method.clone(),
            until,
        };
        return Ok(RegisteredAuth {
            method,
            retiring: (now < until).then_some(replaced),
        });
    }
    let retiring = present.auth.retiring.clone();
    let retiring = match (retiring, overlap_seconds) {
        (Some(retiring), Some(_)) => Some(RetiringMethod {
            until: retiring.until.min(until),
            ..retiring
        }),
        (retiring, _) => retiring,
    };
    Ok(RegisteredAuth {
        method,
        retiring: retiring.filter(|retiring| now < retiring.until),
    })
}

/// Nothing here makes a secret, so a client goes over only to one that it has. One that it has left for another method,
/// perhaps because it leaked, does not come back after the overlap.
fn check_secret(present: &Client, method: &AuthMethod, now: Timestamp) -> Result<(), ClientsError> {
    let has_secret = present.live_secrets(now).next().is_some();
    if *method == AuthMethod::ClientSecret && !has_secret {
        return Err(ClientsError::NoSecret);
    }
    Ok(())
}
