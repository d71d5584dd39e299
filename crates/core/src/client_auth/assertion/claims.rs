//! The claims of an assertion, RFC 7523 §3.

use jiff::{SignedDuration, Timestamp};
use m2m_jose::{NumericDate, OneOrMany, present};
use serde::Deserialize;

use super::InvalidAssertion;

/// What is looked at. A claim of the wrong type makes the assertion malformed, it does not count as absent.
#[derive(Debug, Deserialize)]
pub(super) struct AssertionClaims {
    #[serde(default, deserialize_with = "present")]
    pub(super) iss: Option<String>,
    #[serde(default, deserialize_with = "present")]
    pub(super) sub: Option<String>,
    #[serde(default, deserialize_with = "present")]
    pub(super) aud: Option<OneOrMany>,
    #[serde(default, deserialize_with = "present")]
    pub(super) exp: Option<NumericDate>,
    #[serde(default, deserialize_with = "present")]
    pub(super) nbf: Option<NumericDate>,
    #[serde(default, deserialize_with = "present")]
    pub(super) iat: Option<NumericDate>,
    #[serde(default, deserialize_with = "present")]
    pub(super) jti: Option<String>,
}

impl AssertionClaims {
    /// Checks that it holds at this moment by clocks that may be off; gives `exp` in seconds.
    pub(super) fn holds_at(
        &self,
        now: Timestamp,
        leeway: SignedDuration,
    ) -> Result<i64, InvalidAssertion> {
        let (now, leeway) = (now.as_second(), leeway.as_secs());
        let exp = self.exp.ok_or(InvalidAssertion::Missing("exp"))?.seconds();
        if exp + leeway <= now {
            return Err(InvalidAssertion::Expired);
        }
        for begins in [self.nbf, self.iat].into_iter().flatten() {
            if begins.seconds() > now + leeway {
                return Err(InvalidAssertion::NotYet);
            }
        }
        Ok(exp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_000_000;

    fn at_ten_seconds_leeway(claims: serde_json::Value) -> Result<i64, InvalidAssertion> {
        let claims: AssertionClaims = serde_json::from_value(claims).unwrap();
        let now = Timestamp::from_second(NOW).unwrap();
        claims.holds_at(now, SignedDuration::from_secs(10))
    }

    #[test]
    fn h20_clocks_may_be_off_by_the_leeway() {
        let check = |exp: i64, nbf: i64, iat: i64| {
            let claims = serde_json::json!({"exp": NOW + exp, "nbf": NOW + nbf, "iat": NOW + iat});
            at_ten_seconds_leeway(claims)
        };
        assert_eq!(check(60, 10, 10).unwrap(), NOW + 60);
        assert!(check(-9, -60, -60).is_ok());
        assert!(matches!(
            check(-10, -60, -60),
            Err(InvalidAssertion::Expired)
        ));
        assert!(matches!(check(60, 11, 0), Err(InvalidAssertion::NotYet)));
        assert!(matches!(check(60, 0, 11), Err(InvalidAssertion::NotYet)));
        let none = at_ten_seconds_leeway(serde_json::json!({}));
        assert!(matches!(none, Err(InvalidAssertion::Missing("exp"))));
    }
}
