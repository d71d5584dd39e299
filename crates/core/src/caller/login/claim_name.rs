//! Where a claim stands in a login provider's tokens.

use serde_json::Value;

/// The name of a claim, or a JSON pointer (RFC 6901) to a claim within claims: it begins with `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimName(String);

impl ClaimName {
    /// The longest name.
    const MAX_LENGTH: usize = 256;

    /// Takes a name of 1 to 256 characters; none: it is another.
    pub fn parse(text: impl Into<String>) -> Option<Self> {
        let text = text.into();
        let length = text.chars().count();
        (1..=Self::MAX_LENGTH)
            .contains(&length)
            .then_some(Self(text))
    }

    /// `sub`, which tells people apart everywhere.
    pub fn sub() -> Self {
        Self("sub".to_owned())
    }

    /// `aud`.
    pub fn aud() -> Self {
        Self("aud".to_owned())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The claim's value, if it is there.
    pub(super) fn find<'a>(&self, claims: &'a Value) -> Option<&'a Value> {
        if self.0.starts_with('/') {
            claims.pointer(&self.0)
        } else {
            claims.get(&self.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(name: &str, expected: Option<&str>) {
        let claims = json!({"org": "a", "https://x.example/org": "b", "realm": {"org/id": ["c"]}});
        let name = ClaimName::parse(name).unwrap();
        let found = name.find(&claims);
        assert_eq!(found.and_then(Value::as_str), expected);
    }

    #[test]
    fn a_claim_is_named_or_pointed_to() {
        check("org", Some("a"));
        check("https://x.example/org", Some("b"));
        check("/realm/org~1id/0", Some("c"));
        check("/org", Some("a"));
        check("/realm/none", None);
        check("none", None);
        assert!(ClaimName::parse("").is_none());
        assert!(ClaimName::parse("x".repeat(257)).is_none());
    }
}
