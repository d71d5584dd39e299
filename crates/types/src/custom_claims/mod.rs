//! Claims of the organisation's own making that go into a client's tokens.

mod patch;
mod reserved;

use std::collections::BTreeMap;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::admin::unique_map::unique;
use crate::json::StrictValue;
use crate::text::{all_bytes, text_type};

pub use patch::ClaimsPatch;
pub use reserved::is_reserved;

/// How many there may be.
pub const MAX_CLAIMS: usize = 20;
/// How long they may be together, in bytes of JSON.
pub const MAX_LENGTH: usize = 4_096;

text_type!(
    /// The name of a custom claim. It is none that a standard or this service gives a meaning.
    ClaimName,
    "the name of a custom claim",
    "1 to 128 printable ASCII characters without space, '\"' and '\\', and none of the registered or \
     reserved names, such as iss, scope or gen, in any case",
    |text| is_well_formed(text) && !is_reserved(text)
);

fn is_well_formed(name: &str) -> bool {
    all_bytes(name, 1, 128, |b| {
        b.is_ascii_graphic() && b != b'"' && b != b'\\'
    })
}

/// Custom claims: at most [`MAX_CLAIMS`] of at most [`MAX_LENGTH`] bytes together, none of them with a name
/// that means something already.
///
/// What is typed in is refused when it breaks a rule. What is read from a record or a token loses the claims
/// whose names have become reserved since, so that a record cannot set what this service decides.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct CustomClaims(BTreeMap<ClaimName, Value>);

/// There are too many, or they are too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("custom claims must be at most 20, and at most 4096 bytes of JSON together")]
pub struct TooManyClaims;

impl CustomClaims {
    fn new(claims: BTreeMap<ClaimName, Value>) -> Result<Self, TooManyClaims> {
        let length = serde_json::to_vec(&claims).map_or(usize::MAX, |json| json.len());
        if claims.len() > MAX_CLAIMS || length > MAX_LENGTH {
            return Err(TooManyClaims);
        }
        Ok(Self(claims))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The JSON object, as a record keeps it: a store's own numbers are not those of JSON.
    pub fn to_record(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads what [`Self::to_record`] wrote, perhaps by an older program.
    ///
    /// # Errors
    /// It is no JSON object.
    pub fn from_record(record: &str) -> Result<Self, serde_json::Error> {
        let mut deserializer = serde_json::Deserializer::from_str(record);
        let claims = Self::of_token(&mut deserializer)?;
        deserializer.end()?;
        Ok(claims)
    }

    /// Reads what this service wrote: what is reserved by now is left out.
    ///
    /// # Errors
    /// It is no object.
    pub fn of_token<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let claims = BTreeMap::<String, Value>::deserialize(deserializer)?;
        let known = claims
            .into_iter()
            .filter_map(|(name, value)| Some((ClaimName::parse(name).ok()?, value)));
        Ok(Self(known.collect()))
    }
}

impl<'de> Deserialize<'de> for CustomClaims {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let claims: BTreeMap<ClaimName, StrictValue> = unique(deserializer)?;
        let claims = claims.into_iter();
        let claims = claims.map(|(name, value)| (name, value.into_value()));
        Self::new(claims.collect()).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<CustomClaims, serde_json::Error> {
        serde_json::from_str(text)
    }

    #[test]
    fn own_names_and_any_json_are_taken() {
        let text = r#"{"https://acme.example/tenant":{"id":7,"tags":["a"]},"tier":"gold"}"#;
        let claims = read(text).unwrap();
        assert_eq!(claims.to_record(), text);
        assert_eq!(CustomClaims::from_record(text).unwrap(), claims);
    }

    #[test]
    fn names_with_a_meaning_are_refused_in_any_case() {
        for name in [
            "iss",
            "aud",
            "exp",
            "iat",
            "nbf",
            "sub",
            "scope",
            "client_id",
            "jti",
            "cnf",
            "act",
            "anc",
            "gen",
            "org",
            "authorization_details",
            "may_act",
            "auth_time",
            "acr",
            "amr",
            "azp",
            "sid",
            "nonce",
            "roles",
            "groups",
            "entitlements",
            "active",
            "token_type",
            "ISS",
            "Scope",
            "email",
            "",
            "a b",
            "é",
        ] {
            assert!(read(&format!("{{\"{name}\":1}}")).is_err(), "{name}");
        }
    }

    #[test]
    fn number_and_length_are_bounded() {
        let many = |count| {
            let claims: Vec<_> = (0..count).map(|n| format!("\"c{n}\":1")).collect();
            format!("{{{}}}", claims.join(","))
        };
        assert!(read(&many(MAX_CLAIMS)).is_ok());
        assert!(read(&many(MAX_CLAIMS + 1)).is_err());
        let long = |length: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(length - 8));
        assert!(read(&long(MAX_LENGTH)).is_ok());
        assert!(read(&long(MAX_LENGTH + 1)).is_err());
        assert!(read(r#"{"a":1,"a":2}"#).is_err());
        assert!(read("[]").is_err());
    }

    #[test]
    fn a_record_with_a_name_that_became_reserved_loses_it() {
        let claims = CustomClaims::from_record(r#"{"iss":"https://evil","tier":1}"#).unwrap();
        assert_eq!(claims.to_record(), r#"{"tier":1}"#);
        assert!(CustomClaims::from_record("{} x").is_err());
    }

    proptest::proptest! {
        #[test]
        fn no_record_yields_a_reserved_name(
            names: Vec<String>, index in 0..reserved::RESERVED.len(), upper: bool,
        ) {
            let reserved = reserved::RESERVED[index];
            let reserved = if upper { reserved.to_ascii_uppercase() } else { reserved.to_owned() };
            let record: serde_json::Map<_, _> = names
                .into_iter()
                .chain([reserved])
                .map(|name| (name, Value::Bool(true)))
                .collect();
            let record = Value::Object(record).to_string();
            let claims = CustomClaims::from_record(&record).unwrap();
            assert!(claims.0.keys().all(|name| !is_reserved(name.as_str())));
        }
    }
}
