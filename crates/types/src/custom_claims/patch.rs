//! Changing custom claims by a merge patch, RFC 7396.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use super::{ClaimName, CustomClaims, TooManyClaims};
use crate::admin::unique_map::unique;
use crate::json::StrictValue;

/// What a merge patch says of custom claims: null removes a claim, an object changes the members that it names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct ClaimsPatch(BTreeMap<ClaimName, Value>);

impl<'de> Deserialize<'de> for ClaimsPatch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let claims: BTreeMap<ClaimName, StrictValue> = unique(deserializer)?;
        let claims = claims.into_iter();
        let claims = claims.map(|(name, value)| (name, value.into_value()));
        Ok(Self(claims.collect()))
    }
}

impl ClaimsPatch {
    /// The claims after the patch.
    ///
    /// # Errors
    /// There are too many, or they are too long.
    pub fn over(self, present: &CustomClaims) -> Result<CustomClaims, TooManyClaims> {
        let mut claims = present.0.clone();
        for (name, change) in self.0 {
            match merged(claims.remove(&name), change) {
                Value::Null => {}
                value => {
                    claims.insert(name, value);
                }
            }
        }
        CustomClaims::new(claims)
    }
}

/// RFC 7396 §2; as deep as [`StrictValue`] lets the patch be.
fn merged(present: Option<Value>, change: Value) -> Value {
    let Value::Object(changes) = change else {
        return change;
    };
    let mut members = match present {
        Some(Value::Object(members)) => members,
        _ => Map::new(),
    };
    for (name, change) in changes {
        if change.is_null() {
            members.remove(&name);
        } else {
            let value = merged(members.remove(&name), change);
            members.insert(name, value);
        }
    }
    Value::Object(members)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(present: &str, patch: &str, expected: &str) {
        let present: CustomClaims = serde_json::from_str(present).unwrap();
        let patch: ClaimsPatch = serde_json::from_str(patch).unwrap();
        assert_eq!(patch.over(&present).unwrap().to_record(), expected);
    }

    #[test]
    fn a_patch_changes_what_it_names() {
        check(
            r#"{"a":1,"b":2}"#,
            r#"{"b":null,"c":3}"#,
            r#"{"a":1,"c":3}"#,
        );
        check(
            r#"{"a":{"b":1,"c":[1]}}"#,
            r#"{"a":{"c":[2],"d":{"e":null}}}"#,
            r#"{"a":{"b":1,"c":[2],"d":{}}}"#,
        );
        check(r#"{"a":1}"#, "{}", r#"{"a":1}"#);
    }

    #[test]
    fn a_patch_sets_no_reserved_claim_and_not_too_many() {
        assert!(serde_json::from_str::<ClaimsPatch>(r#"{"scope":"x"}"#).is_err());
        let patch: ClaimsPatch =
            serde_json::from_str(&format!(r#"{{"a":"{}"}}"#, "x".repeat(4_096))).unwrap();
        assert!(patch.over(&CustomClaims::default()).is_err());
    }
}
