//! What a `PUT` expects of a record that has no revision, RFC 9110 §13.1.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;

use super::PrincipalsError;

/// What a `PUT` expects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expectation {
    /// Nothing, which is refused.
    Nothing,
    /// That there is none yet (`If-None-Match: *`).
    Absent,
    /// That there is one (`If-Match: *`).
    Present,
    /// That it has one of these tags (`If-Match`).
    Tagged(Vec<String>),
}

impl Expectation {
    /// Whether it holds for what is there, if anything is.
    pub(super) fn check(&self, present: Option<&impl Serialize>) -> Result<(), PrincipalsError> {
        let holds = match (self, present) {
            (Self::Nothing, _) => return Err(PrincipalsError::PreconditionRequired),
            (Self::Absent, present) => present.is_none(),
            (_, None) => return Err(PrincipalsError::NotFound),
            (Self::Present, Some(_)) => true,
            (Self::Tagged(tags), Some(view)) => tags.contains(&tag_of(view)),
        };
        if holds {
            Ok(())
        } else {
            Err(PrincipalsError::PreconditionFailed)
        }
    }
}

/// A strong entity tag: a digest of what is shown.
pub fn tag_of(view: &impl Serialize) -> String {
    let json = serde_json::to_vec(view).unwrap_or_default();
    let digest = digest(&SHA256, &json);
    format!("\"{}\"", URL_SAFE_NO_PAD.encode(&digest.as_ref()[..16]))
}
