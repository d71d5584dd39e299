//! What a token allows beyond scopes: the `authorization_details` of RFC 9396.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::InvalidText;
use crate::audience::Audience;
use crate::json::StrictValue;
use crate::text::{all_bytes, text_type};

/// How many there may be in a request or a token.
pub const MAX_DETAILS: usize = 16;
/// How long they may be together, in bytes of JSON.
pub const MAX_LENGTH: usize = 8_192;

text_type!(
    /// The `type` of an authorization detail, which names an API's own grammar for it (RFC 9396 §2).
    DetailType,
    "the type of an authorization detail",
    "1 to 128 printable ASCII characters without space, '\"' and '\\'",
    |text| all_bytes(text, 1, 128, |b| b.is_ascii_graphic() && b != b'"' && b != b'\\')
);

/// One detail: an object with a `type`, its members otherwise as its API wants them. Members that RFC 9396 §2.2
/// names have the form that it gives them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationDetail {
    kind: DetailType,
    members: Map<String, Value>,
}

impl AuthorizationDetail {
    fn parse(members: Map<String, Value>) -> Option<Self> {
        let kind = DetailType::parse(members.get("type")?.as_str()?).ok()?;
        let hold = members
            .iter()
            .all(|(name, value)| has_its_form(name, value));
        hold.then_some(Self { kind, members })
    }

    /// Its `type`.
    pub fn kind(&self) -> &DetailType {
        &self.kind
    }

    /// Whether it is for that API: it names none, or no other.
    pub fn is_for(&self, audience: &Audience) -> bool {
        let locations = self.members.get("locations").and_then(Value::as_array);
        locations.is_none_or(|locations| {
            !locations.is_empty()
                && locations
                    .iter()
                    .all(|location| location.as_str() == Some(audience.as_str()))
        })
    }
}

/// Whether a member that RFC 9396 §2.2 names has the form that it gives it.
fn has_its_form(name: &str, value: &Value) -> bool {
    match name {
        "locations" | "actions" | "datatypes" | "privileges" => is_texts(value),
        "identifier" => value.is_string(),
        _ => true,
    }
}

fn is_texts(value: &Value) -> bool {
    let values = value.as_array();
    values.is_some_and(|values| values.iter().all(Value::is_string))
}

/// Details in their order, at most [`MAX_DETAILS`] of at most [`MAX_LENGTH`] bytes together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuthorizationDetails(Vec<AuthorizationDetail>);

const INVALID: InvalidText = InvalidText {
    what: "authorization_details",
    rule: "a JSON array of at most 16 objects, each with a type, of at most 8192 bytes together",
};

impl AuthorizationDetails {
    /// Reads the parameter: a JSON array (RFC 9396 §2).
    ///
    /// # Errors
    /// It is anything else, repeats a member, is nested too deeply or too long.
    pub fn parse(text: &str) -> Result<Self, InvalidText> {
        if text.len() > MAX_LENGTH {
            return Err(INVALID);
        }
        let value: StrictValue = serde_json::from_str(text).map_err(|_| INVALID)?;
        Self::of(value.into_value()).ok_or(INVALID)
    }

    fn of(value: Value) -> Option<Self> {
        let Value::Array(entries) = value else {
            return None;
        };
        if entries.len() > MAX_DETAILS {
            return None;
        }
        let details = entries.into_iter().map(|entry| match entry {
            Value::Object(members) => AuthorizationDetail::parse(members),
            _ => None,
        });
        details.collect::<Option<_>>().map(Self)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The details in their order.
    pub fn iter(&self) -> impl Iterator<Item = &AuthorizationDetail> {
        self.0.iter()
    }

    /// Whether each is one of the other's too. What a detail means is known to its API alone, so one that
    /// differs in anything is another.
    pub fn are_among(&self, other: &Self) -> bool {
        self.0.iter().all(|detail| other.0.contains(detail))
    }
}

impl FromIterator<AuthorizationDetail> for AuthorizationDetails {
    fn from_iter<I: IntoIterator<Item = AuthorizationDetail>>(details: I) -> Self {
        Self(details.into_iter().collect())
    }
}

impl Serialize for AuthorizationDetails {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|detail| &detail.members))
    }
}

impl<'de> Deserialize<'de> for AuthorizationDetails {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = StrictValue::deserialize(deserializer)?.into_value();
        Self::of(value).ok_or_else(|| D::Error::custom(INVALID))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAYMENT: &str = r#"[{"actions":["initiate"],"amount":{"eur":10},"type":"payment"}]"#;

    #[test]
    fn an_array_of_typed_objects_is_kept_as_it_is() {
        let details = AuthorizationDetails::parse(PAYMENT).unwrap();
        assert_eq!(serde_json::to_string(&details).unwrap(), PAYMENT);
        let kinds: Vec<_> = details
            .iter()
            .map(|detail| detail.kind().as_str())
            .collect();
        assert_eq!(kinds, ["payment"]);
        assert!(AuthorizationDetails::parse("[]").unwrap().is_empty());
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "{}",
            "null",
            "[1]",
            "[[]]",
            "[{}]",
            r#"{"type":"a"}"#,
            r#"[{"type":1}]"#,
            r#"[{"type":""}]"#,
            r#"[{"type":"a b"}]"#,
            r#"[{"type":"a","type":"b"}]"#,
            r#"[{"type":"a","x":{"y":1,"y":2}}]"#,
            r#"[{"type":"a","locations":"https://api.example"}]"#,
            r#"[{"type":"a","actions":[1]}]"#,
            r#"[{"type":"a","identifier":7}]"#,
            r#"[{"type":"a"}] x"#,
            r#"[{"type":"a","n":1e999}]"#,
            &format!("[{}]", vec![r#"{"type":"a"}"#; MAX_DETAILS + 1].join(",")),
            &format!(r#"[{{"type":"a","x":"{}"}}]"#, "x".repeat(MAX_LENGTH)),
            &format!(
                r#"[{{"type":"a","x":{}1{}}}]"#,
                "[".repeat(7),
                "]".repeat(7)
            ),
        ] {
            assert!(AuthorizationDetails::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn locations_name_the_audience_and_no_other() {
        let api = Audience::parse("https://api.example").unwrap();
        let is_for = |locations: &str| {
            let text = format!(r#"[{{"type":"a"{locations}}}]"#);
            let details = AuthorizationDetails::parse(&text).unwrap();
            details.iter().all(|detail| detail.is_for(&api))
        };
        assert!(is_for(""));
        assert!(is_for(r#","locations":["https://api.example"]"#));
        assert!(!is_for(r#","locations":[]"#));
        assert!(!is_for(r#","locations":["https://api.example/"]"#));
        assert!(!is_for(
            r#","locations":["https://api.example","https://b.example"]"#
        ));
    }

    #[test]
    fn a_detail_that_differs_is_another() {
        let parse = |text: &str| AuthorizationDetails::parse(text).unwrap();
        let two = parse(r#"[{"type":"a","x":1},{"type":"b"}]"#);
        assert!(parse(r#"[{"x":1,"type":"a"}]"#).are_among(&two));
        assert!(parse("[]").are_among(&two));
        assert!(!parse(r#"[{"type":"a"}]"#).are_among(&two));
        assert!(!parse(r#"[{"type":"a","x":1,"y":2}]"#).are_among(&two));
    }

    proptest::proptest! {
        #[test]
        fn no_text_panics(text: String) {
            let _ = AuthorizationDetails::parse(&text);
        }
    }
}
