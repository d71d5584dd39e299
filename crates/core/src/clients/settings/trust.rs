//! The rules for trusting an outside issuer.

use m2m_types::admin::credentials::Trust;
use m2m_types::problem::FieldError;
use url::Url;

use super::credentials::https_url;
use crate::client_auth::is_subject_pattern;

/// How many issuers a client may trust.
const MAX_TRUSTS: usize = 10;
/// How many further claims may be asked for.
const MAX_CLAIMS: usize = 20;
/// The longest text.
const MAX_LENGTH: usize = 512;
/// The oldest token.
const MAX_AGE_SECONDS: u32 = 86_400;

/// Each is whole: an issuer, whose token for whom, and where its keys are.
pub(super) fn check(trusts: &[Trust]) -> Result<(), Vec<FieldError>> {
    if !(1..=MAX_TRUSTS).contains(&trusts.len()) {
        let detail = format!("1 to {MAX_TRUSTS} of them");
        return Err(vec![FieldError::new("/trust", detail)]);
    }
    let trusts = trusts.iter().enumerate();
    let errors: Vec<_> = trusts
        .filter_map(|(position, trust)| {
            let (member, detail) = check_one(trust).err()?;
            Some(FieldError::new(
                format!("/trust/{position}/{member}"),
                detail,
            ))
        })
        .collect();
    if errors.is_empty() {
        Ok(())
    } else {
        Err(errors)
    }
}

type Wrong = (&'static str, String);

fn check_one(trust: &Trust) -> Result<(), Wrong> {
    check_issuer(trust)?;
    check_text("subject", &trust.subject)?;
    check_text("audience", &trust.audience)?;
    if trust.subject_is_pattern && !is_subject_pattern(&trust.subject) {
        let detail = "a pattern needs a *, and something before the first";
        return Err(("subject", detail.to_owned()));
    }
    if trust.claims.len() > MAX_CLAIMS {
        return Err(("claims", format!("at most {MAX_CLAIMS} claims")));
    }
    for (name, value) in &trust.claims {
        check_text("claims", name)?;
        check_text("claims", value)?;
    }
    if !(1..=MAX_AGE_SECONDS).contains(&trust.max_age_seconds) {
        return Err((
            "max_age_seconds",
            format!("must be 1 to {MAX_AGE_SECONDS} seconds"),
        ));
    }
    Ok(())
}

fn check_issuer(trust: &Trust) -> Result<(), Wrong> {
    check_text("issuer", &trust.issuer)?;
    let issuer = Url::parse(&trust.issuer).ok();
    let issuer = issuer.filter(|issuer| issuer.has_host() && issuer.fragment().is_none());
    match issuer.as_ref().map(Url::scheme) {
        Some("https") => {}
        Some("spiffe") if trust.jwks_uri.is_some() => {}
        Some("spiffe") => {
            let detail = "a SPIFFE trust domain has no metadata: say where its keys are";
            return Err(("jwks_uri", detail.to_owned()));
        }
        _ => return Err(("issuer", "must be an https or spiffe URL".to_owned())),
    }
    match &trust.jwks_uri {
        Some(uri) => https_url(uri)
            .map(drop)
            .map_err(|detail| ("jwks_uri", detail)),
        None => Ok(()),
    }
}

fn check_text(member: &'static str, text: &str) -> Result<(), Wrong> {
    let is_plain = (1..=MAX_LENGTH).contains(&text.len()) && !text.chars().any(char::is_control);
    if is_plain {
        Ok(())
    } else {
        Err((
            member,
            format!("must have 1 to {MAX_LENGTH} characters without controls"),
        ))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[track_caller]
    fn check_pointer(member: &str, value: Value, pointer: Option<&str>) {
        let mut trust = json!({
            "issuer": "https://token.example", "subject": "repo:acme/app", "audience": "m2m",
        });
        trust[member] = value;
        let trust: Trust = serde_json::from_value(trust).unwrap();
        let pointers = check(&[trust]).err().unwrap_or_default();
        let pointers = pointers.iter().map(|error| error.pointer.as_str());
        assert_eq!(pointers.collect::<Vec<_>>(), pointer.as_slice(), "{member}");
    }

    #[test]
    fn a_pattern_that_could_never_match_is_refused() {
        for (subject, is_pattern) in [("repo:acme/*", true), ("*:main", false), ("repo", false)] {
            let trust: Trust = serde_json::from_value(json!({
                "issuer": "https://token.example", "subject": subject, "subject_is_pattern": true,
                "audience": "m2m",
            }))
            .unwrap();
            assert_eq!(check(&[trust]).is_ok(), is_pattern, "{subject}");
        }
    }

    #[test]
    fn a_trust_is_whole() {
        check_pointer("subject", json!("repo:acme/*"), None);
        check_pointer("jwks_uri", json!("https://token.example/keys"), None);
        check_pointer("subject", json!(""), Some("/trust/0/subject"));
        check_pointer("audience", json!("a\nb"), Some("/trust/0/audience"));
        check_pointer(
            "max_age_seconds",
            json!(0),
            Some("/trust/0/max_age_seconds"),
        );
        check_pointer(
            "max_age_seconds",
            json!(86_401),
            Some("/trust/0/max_age_seconds"),
        );
        for issuer in ["http://token.example", "token.example", "https:", "urn:x:y"] {
            check_pointer("issuer", json!(issuer), Some("/trust/0/issuer"));
        }
        check_pointer(
            "issuer",
            json!("spiffe://acme.example"),
            Some("/trust/0/jwks_uri"),
        );
        for uri in [
            "http://token.example/keys",
            "https://a:b@token.example/",
            "https://token.example",
        ] {
            check_pointer("jwks_uri", json!(uri), Some("/trust/0/jwks_uri"));
        }
        assert!(check(&[]).is_err());
    }

    #[test]
    fn a_pattern_for_everybody_is_refused() {
        let trust = json!({
            "issuer": "https://token.example", "subject": "**", "subject_is_pattern": true, "audience": "m2m",
        });
        assert!(check(&[serde_json::from_value(trust).unwrap()]).is_err());
    }
}
