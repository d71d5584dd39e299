//! Who may call the management API by AWS IAM, and through which gateway.

use std::collections::BTreeMap;

use m2m_core::caller::{IamCallers, IamEntry};
use m2m_types::admin::unique_map::unique;
use m2m_types::iam_principal::IamPrincipal;
use m2m_types::names::{OrganizationId, OwnerId};
use m2m_types::scope::ScopeSet;
use serde::Deserialize;

use super::variables::Variables;

const PRINCIPALS: &str = "M2M_IAM_PRINCIPALS";
const ACCOUNT_ID: &str = "M2M_IAM_ACCOUNT_ID";
const API_ID: &str = "M2M_IAM_API_ID";

/// An entry of `M2M_IAM_PRINCIPALS`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryText {
    owner: OwnerId,
    organization: OrganizationId,
    permissions: ScopeSet,
}

/// By ARN; one that is repeated is refused.
#[derive(Deserialize)]
struct Entries(#[serde(deserialize_with = "unique")] BTreeMap<String, EntryText>);

/// All three variables or none; the outer none: something is missing or refused.
pub(super) fn callers(variables: &mut Variables<'_>) -> Option<Option<IamCallers>> {
    if ![PRINCIPALS, ACCOUNT_ID, API_ID]
        .iter()
        .any(|name| variables.is_set(name))
    {
        return Some(None);
    }
    let entries = variables.required(PRINCIPALS, parse_entries);
    let account_id = variables.required(ACCOUNT_ID, parse_account_id);
    let api_id = variables.required(API_ID, parse_api_id);
    IamCallers::new(account_id?, api_id?, entries?)
        .map_err(|error| variables.refuse(PRINCIPALS, error))
        .ok()
        .map(Some)
}

fn parse_entries(text: String) -> Result<Vec<(IamPrincipal, IamEntry)>, String> {
    let Entries(entries) = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let parsed = entries.into_iter().map(|(arn, entry)| {
        let principal = IamPrincipal::parse(&arn).map_err(|error| format!("{arn:?}: {error}"))?;
        let EntryText {
            owner,
            organization,
            permissions,
        } = entry;
        Ok((
            principal,
            IamEntry {
                owner,
                organization,
                permissions,
            },
        ))
    });
    parsed.collect()
}

fn parse_account_id(text: String) -> Result<String, &'static str> {
    if text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit()) {
        Ok(text)
    } else {
        Err("an account must be 12 digits")
    }
}

/// API Gateway makes ten lower-case letters and digits; its grammar is not documented.
fn parse_api_id(text: String) -> Result<String, &'static str> {
    if text.len() <= 64 && text.bytes().all(|b| b.is_ascii_alphanumeric()) {
        Ok(text)
    } else {
        Err("an API must be named by its identifier, letters and digits")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLE: &str = r#"{"arn:aws:iam::123456789012:role/ci/deploy":
        {"owner": "iam|deploy", "organization": "acme", "permissions": ["clients:read", "orders:read"]}}"#;

    fn read(principals: &str, account: &str, api: &str) -> Result<Option<IamCallers>, String> {
        let lookup = |name: &str| {
            let value = match name {
                PRINCIPALS => principals,
                ACCOUNT_ID => account,
                API_ID => api,
                _ => "",
            };
            Some(value.to_owned())
        };
        let mut variables = Variables::new(&lookup);
        let callers = callers(&mut variables);
        callers.ok_or_else(|| variables.into_error().to_string())
    }

    #[track_caller]
    fn refused(principals: &str, expected: &str) {
        let error = read(principals, "123456789012", "a1b2c3").unwrap_err();
        assert!(error.contains(expected), "{expected:?} in {error:?}");
        assert!(!error.contains('\n'), "{error}");
    }

    #[test]
    fn all_three_or_none() {
        assert_eq!(read("", "", "").unwrap(), None);
        assert!(read(ROLE, "123456789012", "a1b2c3").unwrap().is_some());
        assert_eq!(
            read(ROLE, "", "").unwrap_err(),
            "these variables are missing: M2M_IAM_ACCOUNT_ID, M2M_IAM_API_ID"
        );
        assert_eq!(
            read("", "123456789012", "a1b2c3").unwrap_err(),
            "these variables are missing: M2M_IAM_PRINCIPALS"
        );
    }

    #[test]
    fn account_and_api_are_what_aws_names_them() {
        for (account, api) in [("12345", "a1b2c3"), ("123456789012", "a/b")] {
            assert!(read(ROLE, account, api).is_err(), "{account} {api}");
        }
    }

    #[test]
    fn entries_are_refused_with_what_they_should_be() {
        let entry = |arn: &str, owner: &str, more: &str| {
            format!(
                r#""{arn}": {{"owner": "{owner}", "organization": "acme", "permissions": ["a"]{more}}}"#
            )
        };
        let role = "arn:aws:iam::123456789012:role/deploy";
        let good = entry(role, "iam|x", "");
        refused("[]", "expected an object");
        refused("{}", "there must be at least one principal");
        refused(&format!("{{{good}, {good}}}"), "a member is repeated");
        let pathed = entry("arn:aws:iam::123456789012:role/ci/deploy", "iam|x", "");
        refused(&format!("{{{good}, {pathed}}}"), "is named twice");
        for (arn, owner, more, expected) in [
            (
                "arn:aws:iam::123456789012:role/*",
                "iam|x",
                "",
                "without wildcards",
            ),
            (
                "arn:aws:iam::210987654321:role/deploy",
                "iam|x",
                "",
                "not of the API's account 123456789012",
            ),
            (role, "local|x", "", "the owner must be iam|{name}"),
            (role, "x", "", "owner must be"),
            (role, "iam|x", r#", "admin": true"#, "unknown field `admin`"),
            (role, "iam|x", r#", "permissions": []"#, "duplicate field"),
        ] {
            refused(&format!("{{{}}}", entry(arn, owner, more)), expected);
        }
        let spaced = good.replace(r#"["a"]"#, r#"["a b"]"#);
        refused(&format!("{{{spaced}}}"), "a scope must be");
    }
}
