//! JSON objects in which no member stands twice, which JSON itself leaves open (RFC 8259 §4).

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// The bytes are no JSON of the wanted shape. The text says where and is for the log only.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct InvalidJson(#[from] serde_json::Error);

/// Reads a JSON object and refuses a repeated member at any depth: whoever else reads it might take the other one.
///
/// # Errors
/// It is no JSON object, a member is repeated, it is nested deeper than 128, or it has another shape than wanted.
pub fn parse_object<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, InvalidJson> {
    // Serde also takes an array for a struct.
    if bytes.trim_ascii_start().first() != Some(&b'{') {
        return Err(InvalidJson(serde_json::Error::custom("not an object")));
    }
    serde_json::from_slice::<Unique>(bytes)?;
    Ok(serde_json::from_slice(bytes)?)
}

/// Any JSON whose objects have no member twice.
struct Unique;

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(UniqueVisitor)
    }
}

struct UniqueVisitor;

impl<'de> Visitor<'de> for UniqueVisitor {
    type Value = Unique;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Unique, A::Error> {
        let mut seen = HashSet::new();
        while let Some(Name(name)) = access.next_key()? {
            if !seen.insert(name) {
                return Err(A::Error::custom("a member is repeated"));
            }
            access.next_value::<Unique>()?;
        }
        Ok(Unique)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Unique, A::Error> {
        while access.next_element::<Unique>()?.is_some() {}
        Ok(Unique)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_str<E>(self, _: &str) -> Result<Unique, E> {
        Ok(Unique)
    }

    fn visit_unit<E>(self) -> Result<Unique, E> {
        Ok(Unique)
    }
}

/// The name of a member, after its escapes: `"\u0061"` is `"a"`.
struct Name<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(NameVisitor)
    }
}

struct NameVisitor;

impl<'de> Visitor<'de> for NameVisitor {
    type Value = Name<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Borrowed(name)))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Name<'de>, E> {
        Ok(Name(Cow::Owned(name.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_repeated_member_is_refused_at_any_depth() {
        for json in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"b":[{"c":{"a":null,"a":null}}]}"#,
        ] {
            assert!(parse_object::<Value>(json.as_bytes()).is_err(), "{json}");
        }
        let json = r#"{"a":{"a":[1.5,-1,true,"x",null,{"a":18446744073709551615}]},"b":[]}"#;
        assert!(parse_object::<Value>(json.as_bytes()).is_ok());
    }

    #[test]
    fn deep_nesting_is_refused() {
        let deep = r#"{"a":"#.repeat(100_000);
        assert!(parse_object::<Value>(deep.as_bytes()).is_err());
    }
}
