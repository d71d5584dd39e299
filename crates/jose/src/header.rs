//! The header of a JWS, RFC 7515 §4.1.

use serde::Deserialize;
use serde_json::Value;

use crate::algorithm::Algorithm;
use crate::claim::present;
use crate::compact_jws::MalformedJws;
use crate::json::parse_object;

/// What is taken from a header; nothing of it is to be believed before the signature held.
#[derive(Debug, Clone)]
pub struct Header {
    /// What the token says it is signed with.
    pub algorithm: Algorithm,
    /// Which key it names.
    pub kid: Option<String>,
    /// What kind of token it says it is.
    pub typ: Option<String>,
    pub(crate) jwk: Option<Value>,
}

/// The members as they are written. `jku`, `x5u`, `x5c`, `x5t` and unknown ones are not looked at.
#[derive(Deserialize)]
struct Members {
    alg: String,
    #[serde(default, deserialize_with = "present")]
    kid: Option<String>,
    #[serde(default, deserialize_with = "present")]
    typ: Option<String>,
    #[serde(default, deserialize_with = "present")]
    jwk: Option<Value>,
    #[serde(default, deserialize_with = "present")]
    crit: Option<Value>,
}

impl Header {
    /// Reads the JSON of a header.
    ///
    /// No extension is understood, so whatever `crit` names, the token is refused (RFC 7515 §4.1.11).
    pub(crate) fn parse(json: &[u8]) -> Result<Self, MalformedJws> {
        let members: Members = parse_object(json).map_err(|_| MalformedJws::Header)?;
        if members.crit.is_some() {
            return Err(MalformedJws::Critical);
        }
        Ok(Self {
            algorithm: Algorithm::parse(&members.alg).ok_or(MalformedJws::Algorithm)?,
            kid: members.kid,
            typ: members.typ,
            jwk: members.jwk,
        })
    }

    /// Whether `typ` is this media type: in any case, and with or without `application/` before it
    /// (RFC 7515 §4.1.9).
    pub fn is_typ(&self, wanted: &str) -> bool {
        let Some(typ) = &self.typ else {
            return false;
        };
        let (prefix, rest) = typ.split_at_checked(12).unwrap_or(("", typ));
        let typ = if prefix.eq_ignore_ascii_case("application/") {
            rest
        } else {
            typ
        };
        typ.eq_ignore_ascii_case(wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(json: &str, expected: MalformedJws) {
        assert_eq!(Header::parse(json.as_bytes()).unwrap_err(), expected);
    }

    #[test]
    fn h28_only_three_algorithms_are_known() {
        for alg in [
            "none", "None", "NONE", "nOnE", "HS256", "RS384", "PS256", "es256", "ES256K", "",
        ] {
            refused(&format!(r#"{{"alg":"{alg}"}}"#), MalformedJws::Algorithm);
        }
        refused("{}", MalformedJws::Header);
        refused(r#"{"alg":null}"#, MalformedJws::Header);
        refused(r#"{"alg":["ES256"]}"#, MalformedJws::Header);
    }

    #[test]
    fn h28_no_critical_extension_is_understood() {
        for crit in [r#"["exp"]"#, r#"["b64"]"#, "[]", "null", "1"] {
            let json = format!(r#"{{"alg":"ES256","b64":false,"crit":{crit}}}"#);
            refused(&json, MalformedJws::Critical);
        }
    }

    #[test]
    fn h29_a_header_is_an_object_with_each_member_once() {
        refused(r#"{"alg":"ES256","alg":"ES256"}"#, MalformedJws::Header);
        refused(r#"{"alg":"ES256","kid":1}"#, MalformedJws::Header);
        refused(r#"{"alg":"ES256","kid":null}"#, MalformedJws::Header);
        refused(r#"{"alg":"ES256","typ":["JWT"]}"#, MalformedJws::Header);
        refused(r#"["ES256"]"#, MalformedJws::Header);
        refused(r#"{"alg":"ES256"} {}"#, MalformedJws::Header);
        refused("", MalformedJws::Header);
    }

    #[test]
    fn a_typ_is_a_media_type() {
        let header = |typ: &str| {
            Header::parse(format!(r#"{{"alg":"ES256","typ":"{typ}"}}"#).as_bytes()).unwrap()
        };
        for typ in ["JWT", "jwt", "application/jwt", "APPLICATION/JWT"] {
            assert!(header(typ).is_typ("JWT"), "{typ}");
        }
        for typ in [
            "",
            "at+jwt",
            "application/",
            "text/jwt",
            "applications/jwt",
            "ééééééjwt",
        ] {
            assert!(!header(typ).is_typ("JWT"), "{typ}");
        }
        assert!(!Header::parse(br#"{"alg":"ES256"}"#).unwrap().is_typ("JWT"));
    }
}
