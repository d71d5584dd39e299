//! Workload identity: an outside issuer that the client trusts signs for it.

use jiff::Timestamp;
use m2m_types::admin::credentials::Trust;
use serde_json::{Map, Value};

use super::subject_pattern::matches_pattern;
use super::{Assertions, InvalidAssertion, Needed, Unverified};
use crate::client_auth::Proof;

/// What an issuer of SPIFFE is called: the trust domain, which its tokens may leave unsaid.
const SPIFFE: &str = "spiffe://";

impl Assertions {
    /// Whether one of the trusts of its issuer holds for an outside token, with its signature: two of an issuer may
    /// differ in where its keys are. It is not spent: a platform hands out the same token until it expires.
    pub(super) async fn by_trust(
        &self,
        unverified: &Unverified<'_>,
        trusts: &[Trust],
        now: Timestamp,
    ) -> Result<Needed, InvalidAssertion> {
        let mut failure = InvalidAssertion::UntrustedIssuer;
        for trust in trusts.iter().filter(|trust| is_from(unverified, trust)) {
            let needed = self.by_one_trust(unverified, trust, now).await;
            match needed.and_then(|needed| needed.verify(&unverified.jws)) {
                Ok(held) => return Ok(held),
                Err(invalid) => failure = invalid,
            }
        }
        Err(failure)
    }

    async fn by_one_trust(
        &self,
        unverified: &Unverified<'_>,
        trust: &Trust,
        now: Timestamp,
    ) -> Result<Needed, InvalidAssertion> {
        self.check_claims(unverified, trust, now)?;
        let (issuer, jwks_uri) = (&trust.issuer, trust.jwks_uri.as_deref());
        let header = unverified.jws.header();
        let key = self.issuer_keys.find(issuer, jwks_uri, header, now).await;
        Ok(Needed {
            key: key.map_err(InvalidAssertion::IssuerKey)?,
            proof: Proof::WorkloadToken,
            spent: None,
        })
    }

    fn check_claims(
        &self,
        unverified: &Unverified<'_>,
        trust: &Trust,
        now: Timestamp,
    ) -> Result<(), InvalidAssertion> {
        let (header, claims) = (unverified.jws.header(), &unverified.claims);
        // JWT-SVID §2.3 has JOSE beside JWT.
        if header.typ.is_some() && !header.is_typ("JWT") && !header.is_typ("JOSE") {
            return Err(InvalidAssertion::OtherTyp);
        }
        let sub = claims
            .sub
            .as_deref()
            .ok_or(InvalidAssertion::Missing("sub"))?;
        if !is_subject(sub, trust) {
            return Err(InvalidAssertion::OtherSubject);
        }
        let aud = claims
            .aud
            .as_ref()
            .ok_or(InvalidAssertion::Missing("aud"))?;
        if aud.only().ok_or(InvalidAssertion::ManyAudiences)? != trust.audience {
            return Err(InvalidAssertion::OtherAudience);
        }
        let exp = claims.holds_at(now, self.leeway)?;
        let at_most = i64::from(trust.max_age_seconds) + self.leeway.as_secs();
        // JWT-SVID leaves iat out at will; then the token must not be able to get older than that.
        let age = claims
            .iat
            .map_or(exp - now.as_second(), |iat| now.as_second() - iat.seconds());
        if age > at_most {
            return Err(InvalidAssertion::TooOld);
        }
        check_further_claims(unverified, trust)
    }
}

/// `iss` to the byte. A JWT-SVID need not have it: then the trust domain is the issuer, and the subject has to be
/// one of it.
fn is_from(unverified: &Unverified<'_>, trust: &Trust) -> bool {
    let claims = &unverified.claims;
    match (&claims.iss, &claims.sub) {
        (Some(iss), _) => *iss == trust.issuer,
        (None, Some(sub)) if trust.issuer.starts_with(SPIFFE) => sub
            .strip_prefix(&trust.issuer)
            .is_some_and(|path| path.starts_with('/')),
        (None, _) => false,
    }
}

fn is_subject(sub: &str, trust: &Trust) -> bool {
    if trust.subject_is_pattern {
        matches_pattern(sub, &trust.subject)
    } else {
        sub == trust.subject
    }
}

/// Each claim of the trust is there with that value: a text as it is, anything else as JSON writes it. A name that
/// begins with `/` is a JSON pointer (RFC 6901) into claims within claims.
fn check_further_claims(
    unverified: &Unverified<'_>,
    trust: &Trust,
) -> Result<(), InvalidAssertion> {
    if trust.claims.is_empty() {
        return Ok(());
    }
    let claims = Value::Object(unverified.jws.unverified_claims::<Map<String, Value>>()?);
    for (name, wanted) in &trust.claims {
        let claim = if name.starts_with('/') {
            claims.pointer(name)
        } else {
            claims.get(name)
        };
        let is_wanted = match claim {
            Some(Value::String(text)) => text == wanted,
            Some(Value::Bool(_) | Value::Number(_)) => {
                claim.map(ToString::to_string).as_ref() == Some(wanted)
            }
            _ => false,
        };
        if !is_wanted {
            return Err(InvalidAssertion::OtherClaim(name.clone()));
        }
    }
    Ok(())
}
