//! What the token of a login provider says.

use jiff::{SignedDuration, Timestamp};
use m2m_jose::{CompactJws, NumericDate, present};
use m2m_types::names::{OrganizationId, OwnerId};
use m2m_types::scope::{Scope, ScopeSet};
use serde::Deserialize;
use serde_json::Value;

use super::claim_name::ClaimName;
use super::error::InvalidLogin;
use super::trusted_issuer::TrustedIssuer;

/// The claims that have the same name everywhere. One of the wrong type makes the token malformed.
#[derive(Deserialize)]
struct Registered {
    #[serde(default, deserialize_with = "present")]
    exp: Option<NumericDate>,
    #[serde(default, deserialize_with = "present")]
    nbf: Option<NumericDate>,
    #[serde(default, deserialize_with = "present")]
    iat: Option<NumericDate>,
    #[serde(default, deserialize_with = "present")]
    cnf: Option<Value>,
}

/// What a token says of a login, all of it being as its issuer has to write it.
pub(super) struct LoginClaims {
    /// Who.
    pub(super) owner: OwnerId,
    /// In which organization; none: in none that its issuer may name.
    pub(super) organization: Option<OrganizationId>,
    /// With which permissions; none: its issuer says nothing of that.
    pub(super) permissions: Option<ScopeSet>,
    /// When it was issued.
    pub(super) issued_at: Timestamp,
}

impl LoginClaims {
    /// Reads and checks them; whether they are the issuer's is another question.
    pub(super) fn check(
        jws: &CompactJws<'_>,
        issuer: &TrustedIssuer,
        now: Timestamp,
        leeway: SignedDuration,
    ) -> Result<Self, InvalidLogin> {
        let registered: Registered = jws.unverified_claims()?;
        if registered.cnf.is_some() {
            return Err(InvalidLogin::Bound);
        }
        let issued_at = registered.holds_at(now, leeway, issuer.max_age)?;
        let claims: Value = jws.unverified_claims()?;
        let names = &issuer.claims;
        let audience = &names.audience;
        let audiences = audience.find(&claims).ok_or_else(|| missing(audience))?;
        let audiences = texts(audiences).ok_or_else(|| wrong_type(audience))?;
        if !audiences.iter().any(|it| issuer.audiences.contains(*it)) {
            return Err(InvalidLogin::OtherAudience);
        }
        Ok(Self {
            owner: owner(&claims, issuer)?,
            organization: organization(&claims, issuer)?,
            permissions: permissions(&claims, names.permissions.as_ref())?,
            issued_at,
        })
    }
}

impl Registered {
    /// Checks that a token holds at this moment by clocks that may be off, and is not too old; gives when it was issued.
    fn holds_at(
        &self,
        now: Timestamp,
        leeway: SignedDuration,
        max_age: SignedDuration,
    ) -> Result<Timestamp, InvalidLogin> {
        let missing = |name: &str| InvalidLogin::Missing(name.to_owned());
        let (now, leeway) = (now.as_second(), leeway.as_secs());
        let exp = self.exp.ok_or_else(|| missing("exp"))?.seconds();
        let iat = self.iat.ok_or_else(|| missing("iat"))?.seconds();
        if exp + leeway <= now {
            return Err(InvalidLogin::Expired);
        }
        let nbf = self.nbf.map(NumericDate::seconds);
        if nbf
            .into_iter()
            .chain([iat])
            .any(|begin| begin > now + leeway)
        {
            return Err(InvalidLogin::NotYet);
        }
        if now - iat > max_age.as_secs() + leeway {
            return Err(InvalidLogin::TooOld);
        }
        Timestamp::from_second(iat).map_err(|_| InvalidLogin::WrongType("iat".to_owned()))
    }
}

fn missing(name: &ClaimName) -> InvalidLogin {
    InvalidLogin::Missing(name.as_str().to_owned())
}

fn wrong_type(name: &ClaimName) -> InvalidLogin {
    InvalidLogin::WrongType(name.as_str().to_owned())
}

/// One text, or an array of nothing but texts.
fn texts(value: &Value) -> Option<Vec<&str>> {
    match value {
        Value::String(text) => Some(vec![text]),
        Value::Array(values) => values.iter().map(Value::as_str).collect(),
        _ => None,
    }
}

/// The alias keeps the people of two issuers apart, whatever these call them.
fn owner(claims: &Value, issuer: &TrustedIssuer) -> Result<OwnerId, InvalidLogin> {
    let name = &issuer.claims.owner;
    let value = name.find(claims).ok_or_else(|| missing(name))?;
    let who = value.as_str().ok_or_else(|| wrong_type(name))?;
    let owner = format!("{}|{who}", issuer.alias.as_str());
    OwnerId::parse(owner).map_err(|_| InvalidLogin::Owner(name.as_str().to_owned()))
}

fn organization(
    claims: &Value,
    issuer: &TrustedIssuer,
) -> Result<Option<OrganizationId>, InvalidLogin> {
    let Some(name) = &issuer.claims.organization else {
        return Ok(issuer.organizations.only().cloned());
    };
    let Some(value) = name.find(claims) else {
        return Ok(None);
    };
    let text = value.as_str().ok_or_else(|| wrong_type(name))?;
    let named = OrganizationId::parse(text).ok();
    Ok(named.filter(|named| issuer.organizations.include(named)))
}

/// Scopes with spaces between them, or an array, in which texts that are no scopes count for nothing: groups have all
/// sorts of names. Who is told no permissions where they are told has none.
fn permissions(claims: &Value, name: Option<&ClaimName>) -> Result<Option<ScopeSet>, InvalidLogin> {
    let Some(name) = name else {
        return Ok(None);
    };
    let Some(value) = name.find(claims) else {
        return Ok(Some(ScopeSet::default()));
    };
    let texts = match value {
        Value::String(text) => text.split(' ').collect(),
        value => texts(value).ok_or_else(|| wrong_type(name))?,
    };
    Ok(Some(texts.into_iter().flat_map(Scope::parse).collect()))
}
