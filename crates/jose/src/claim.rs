//! The types of claims, RFC 7519 §2 and §4.1.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};

/// For `#[serde(default, deserialize_with = "m2m_jose::present")]` on an `Option`: absent is none, but a member
/// that is there must have its type. Serde alone takes `null` for absent.
///
/// # Errors
/// The member is of another type.
pub fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// Seconds since 1970: a JSON number, whose fraction is dropped. A number in a string is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct NumericDate(i64);

impl NumericDate {
    /// The last second of the year 9999; what is later or earlier than its opposite is no date.
    const LIMIT: i64 = 253_402_300_799;

    /// The whole seconds.
    pub fn seconds(self) -> i64 {
        self.0
    }

    fn new(seconds: i64) -> Option<Self> {
        (-Self::LIMIT..=Self::LIMIT)
            .contains(&seconds)
            .then_some(Self(seconds))
    }
}

impl<'de> Deserialize<'de> for NumericDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumericDateVisitor)
    }
}

struct NumericDateVisitor;

impl Visitor<'_> for NumericDateVisitor {
    type Value = NumericDate;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("seconds since 1970 as a number")
    }

    fn visit_i64<E: Error>(self, seconds: i64) -> Result<NumericDate, E> {
        NumericDate::new(seconds).ok_or_else(|| E::custom("no date"))
    }

    fn visit_u64<E: Error>(self, seconds: u64) -> Result<NumericDate, E> {
        let seconds = i64::try_from(seconds).ok().and_then(NumericDate::new);
        seconds.ok_or_else(|| E::custom("no date"))
    }

    fn visit_f64<E: Error>(self, seconds: f64) -> Result<NumericDate, E> {
        // The cast saturates, and what it saturates to is no date.
        NumericDate::new(seconds.floor() as i64).ok_or_else(|| E::custom("no date"))
    }
}

/// One text or an array of texts, as `aud` is written (RFC 7519 §4.1.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneOrMany(Vec<String>);

impl OneOrMany {
    /// The one text, if there is no other.
    pub fn only(&self) -> Option<&str> {
        match self.0.as_slice() {
            [only] => Some(only),
            _ => None,
        }
    }
}

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrManyVisitor)
    }
}

struct OneOrManyVisitor;

impl<'de> Visitor<'de> for OneOrManyVisitor {
    type Value = OneOrMany;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or an array of strings")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<OneOrMany, E> {
        Ok(OneOrMany(vec![text.to_owned()]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<OneOrMany, A::Error> {
        let mut texts = Vec::new();
        while let Some(text) = access.next_element()? {
            texts.push(text);
        }
        Ok(OneOrMany(texts))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Claims {
        #[serde(default, deserialize_with = "present")]
        nbf: Option<NumericDate>,
        #[serde(default, deserialize_with = "present")]
        aud: Option<OneOrMany>,
    }

    #[track_caller]
    fn nbf(json: &str) -> Option<Option<i64>> {
        let claims: Claims = serde_json::from_str(json).ok()?;
        Some(claims.nbf.map(NumericDate::seconds))
    }

    #[test]
    fn a_date_is_a_number() {
        assert_eq!(nbf("{}"), Some(None));
        assert_eq!(nbf(r#"{"nbf":5}"#), Some(Some(5)));
        assert_eq!(nbf(r#"{"nbf":5.9}"#), Some(Some(5)));
        assert_eq!(nbf(r#"{"nbf":-1}"#), Some(Some(-1)));
        for wrong in [
            r#""5""#,
            "null",
            "true",
            "[5]",
            "1e300",
            "18446744073709551615",
            "253402300800",
        ] {
            assert_eq!(nbf(&format!(r#"{{"nbf":{wrong}}}"#)), None, "{wrong}");
        }
    }

    #[test]
    fn an_audience_is_one_text_or_some() {
        let aud = |json: &str| serde_json::from_str::<Claims>(json).map(|claims| claims.aud);
        let one = aud(r#"{"aud":"a"}"#).unwrap().unwrap();
        assert_eq!(one.only(), Some("a"));
        let two = aud(r#"{"aud":["a","b"]}"#).unwrap().unwrap();
        assert_eq!(two.only(), None);
        assert_eq!(aud(r#"{"aud":[]}"#).unwrap().unwrap().only(), None);
        assert!(aud(r#"{"aud":[1]}"#).is_err());
        assert!(aud(r#"{"aud":null}"#).is_err());
    }
}
