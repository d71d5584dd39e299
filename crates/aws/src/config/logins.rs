//! Which login providers people come from.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use m2m_core::caller::{
    Algorithm, ClaimName, ClaimNames, Organizations, TrustedIssuer, TrustedIssuers,
};
use m2m_types::admin::principals::PermissionsSource;
use m2m_types::admin::unique_map::unique;
use m2m_types::issuer::Issuer;
use m2m_types::names::{IssuerAlias, OrganizationId};
use m2m_types::scope::ScopeSet;
use serde::Deserialize;
use serde::de::{Deserializer, Error};

use super::variables::Variables;

const TRUSTED_ISSUERS: &str = "M2M_TRUSTED_ISSUERS";

/// An entry of `M2M_TRUSTED_ISSUERS`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryText {
    issuer: String,
    jwks_uri: Option<String>,
    audiences: Vec<String>,
    #[serde(default = "all_algorithms", deserialize_with = "algorithms")]
    algorithms: Vec<Algorithm>,
    #[serde(default)]
    claims: ClaimsText,
    organizations: Vec<OrganizationId>,
    permissions: ScopeSet,
    #[serde(default)]
    permissions_source: PermissionsSource,
    #[serde(default = "a_day")]
    max_age_seconds: u32,
}

/// Its member `claims`.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClaimsText {
    #[serde(default, deserialize_with = "claim_name")]
    owner: Option<ClaimName>,
    #[serde(default, deserialize_with = "claim_name")]
    audience: Option<ClaimName>,
    #[serde(default, deserialize_with = "claim_name")]
    organization: Option<ClaimName>,
    #[serde(default, deserialize_with = "claim_name")]
    permissions: Option<ClaimName>,
}

/// By alias; one that is repeated is refused.
#[derive(Deserialize)]
struct Entries(#[serde(deserialize_with = "unique")] BTreeMap<IssuerAlias, EntryText>);

/// Reads the value of `M2M_TRUSTED_ISSUERS`: an object of issuers by their aliases.
///
/// # Errors
/// Which member of which entry is missing, unknown or of the wrong type. What they say is checked by
/// [`TrustedIssuers::new`].
pub fn parse_trusted_issuers(text: &str) -> Result<Vec<TrustedIssuer>, String> {
    let mut json = serde_json::Deserializer::from_str(text);
    let entries: Entries = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string().replace('.', "/");
        match path.as_str() {
            "/" => error.inner().to_string(),
            path => format!("{path}: {}", error.inner()),
        }
    })?;
    json.end().map_err(|error| error.to_string())?;
    let issuers = entries.0.into_iter();
    Ok(issuers.map(|(alias, entry)| entry.issuer(alias)).collect())
}

/// None: a value is refused, or there is no issuer of one's own to compare with.
pub(super) fn issuers(
    variables: &mut Variables<'_>,
    own: Option<&Issuer>,
) -> Option<TrustedIssuers> {
    let parsed = variables.optional(TRUSTED_ISSUERS, "{}", |text| parse_trusted_issuers(&text));
    TrustedIssuers::new(own?, parsed?)
        .map_err(|error| variables.refuse(TRUSTED_ISSUERS, error))
        .ok()
}

impl EntryText {
    fn issuer(self, alias: IssuerAlias) -> TrustedIssuer {
        TrustedIssuer {
            alias,
            issuer: self.issuer,
            jwks_uri: self.jwks_uri,
            audiences: self.audiences.into_iter().collect(),
            algorithms: self.algorithms,
            claims: self.claims.names(),
            organizations: Organizations::These(self.organizations.into_iter().collect()),
            permissions: self.permissions,
            permissions_source: self.permissions_source,
            max_age: SignedDuration::from_secs(self.max_age_seconds.into()),
        }
    }
}

impl ClaimsText {
    fn names(self) -> ClaimNames {
        ClaimNames {
            owner: self.owner.unwrap_or_else(ClaimName::sub),
            audience: self.audience.unwrap_or_else(ClaimName::aud),
            organization: self.organization,
            permissions: self.permissions,
        }
    }
}

fn claim_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<ClaimName>, D::Error> {
    let name = ClaimName::parse(String::deserialize(deserializer)?);
    let refused = || D::Error::custom("a claim is named in 1 to 256 characters");
    name.map(Some).ok_or_else(refused)
}

fn algorithms<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Algorithm>, D::Error> {
    let names = Vec::<String>::deserialize(deserializer)?;
    let parse = |name: String| {
        let refused = || D::Error::custom("an algorithm must be RS256, ES256 or EdDSA");
        Algorithm::parse(&name).ok_or_else(refused)
    };
    names.into_iter().map(parse).collect()
}

fn all_algorithms() -> Vec<Algorithm> {
    Algorithm::ALL.to_vec()
}

fn a_day() -> u32 {
    86_400
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: &str = r#"{"corp": {"issuer": "https://login.example/t/1", "audiences": ["m2m"],
        "organizations": ["acme"], "permissions": ["clients:read"]}}"#;

    fn read(text: &str) -> Result<TrustedIssuers, String> {
        let lookup = |name: &str| (name == TRUSTED_ISSUERS).then(|| text.to_owned());
        let mut variables = Variables::new(&lookup);
        let own = Issuer::parse("https://auth.example").unwrap();
        let issuers = issuers(&mut variables, Some(&own));
        issuers.ok_or_else(|| variables.into_error().to_string())
    }

    #[track_caller]
    fn refused(change: (&str, &str), expected: &str) {
        let text = LEAST.replace(change.0, change.1);
        assert_ne!(text, LEAST, "nothing was changed");
        let error = read(&text).unwrap_err();
        let expected = format!("M2M_TRUSTED_ISSUERS: {expected}");
        assert!(error.contains(&expected), "{expected:?} in {error:?}");
        assert!(!error.contains('\n'), "{error}");
    }

    #[test]
    fn what_is_left_out_has_a_default() {
        assert_eq!(read("").unwrap(), TrustedIssuers::default());
        let issuer = parse_trusted_issuers(LEAST).unwrap().remove(0);
        assert_eq!(issuer.algorithms, Algorithm::ALL);
        assert_eq!(issuer.max_age.as_hours(), 24);
        assert_eq!(issuer.permissions_source, PermissionsSource::Record);
        assert_eq!(issuer.claims.owner, ClaimName::sub());
        assert_eq!(issuer.claims.audience, ClaimName::aud());
        assert_eq!((issuer.claims.organization, issuer.jwks_uri), (None, None));
        assert!(read(LEAST).is_ok());
    }

    #[test]
    fn the_entry_and_the_member_that_are_wrong_are_named() {
        for (change, expected) in [
            (("corp", "Corp"), "Corp: the alias of an issuer must be"),
            (("corp", "iam"), "iam: the alias is taken"),
            (("corp", "local"), "local: the alias is taken"),
            (
                ("https://login", "http://login"),
                "corp/issuer: must be an https URL",
            ),
            (("t/1", "t?1"), "corp/issuer: must be an https URL"),
            (
                ("https://login.example/t/1", "https://auth.example"),
                "corp/issuer: is this service",
            ),
            ((r#"["m2m"]"#, "[]"), "corp/audiences: must be 1 to 20"),
            ((r#"["m2m"]"#, r#""m2m""#), "corp/audiences: invalid type"),
            (
                (r#"["acme"]"#, "[]"),
                "corp/organizations: must be 1 to 100",
            ),
            (
                (r#"["acme"]"#, r#"["acme", "globex"]"#),
                "corp/organizations: must be 1 to 100; more than one need claims/organization",
            ),
            (
                (r#"["acme"]"#, r#"["Acme"]"#),
                "corp/organizations[0]: organization must be",
            ),
            (
                ("clients:read", "a b"),
                "corp/permissions[0]: a scope must be",
            ),
            (
                (r#""audiences""#, r#""audience""#),
                "corp/audience: unknown field",
            ),
            (
                (r#""audiences": ["m2m"],"#, ""),
                "corp: missing field `audiences`",
            ),
        ] {
            refused(change, expected);
        }
    }

    #[test]
    fn further_members_are_checked() {
        let with = |member: &str| format!(r#"{member}, "audiences""#);
        for (member, expected) in [
            (
                r#""algorithms": ["HS256"]"#,
                "corp/algorithms: an algorithm must be RS256",
            ),
            (
                r#""algorithms": []"#,
                "corp/algorithms: must name at least one",
            ),
            (
                r#""jwks_uri": "http://keys.example""#,
                "corp/jwks_uri: must be an https URL",
            ),
            (
                r#""jwks_uri": "https://a@keys.example""#,
                "corp/jwks_uri: must be an https URL",
            ),
            (
                r#""claims": {"organisation": "o"}"#,
                "corp/claims/organisation: unknown field",
            ),
            (
                r#""claims": {"owner": ""}"#,
                "corp/claims/owner: a claim is named",
            ),
            (
                r#""permissions_source": "login""#,
                "corp/permissions_source: login needs claims/permissions",
            ),
            (
                r#""max_age_seconds": 59"#,
                "corp/max_age_seconds: must be 60 to 86400",
            ),
        ] {
            refused((r#""audiences""#, &with(member)), expected);
        }
    }

    #[test]
    fn an_issuer_has_one_alias_and_everything_wrong_is_told_at_once() {
        let entry = LEAST.trim_start_matches('{').trim_end_matches('}');
        let other = entry.replace("corp", "other").replace(r#"["m2m"]"#, "[]");
        let error = read(&format!("{{{entry}}}, {other}}}}}")).unwrap_err();
        for part in [
            "other/issuer: is that of corp already",
            "other/audiences: must be",
        ] {
            assert!(error.contains(part), "{part:?} in {error:?}");
        }
        let twice = format!("{{{entry}}}, {entry}}}}}");
        assert!(read(&twice).unwrap_err().contains("a member is repeated"));
    }
}
