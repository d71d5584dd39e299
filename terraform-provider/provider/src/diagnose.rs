//! What the user is told when a call fails: what happened, and what to do.

use m2m_client::{Error, Unreachable};
use m2m_types::problem::Problem;
use tfplugin::{Diagnostic, Diagnostics};

/// The diagnostics of a failed call. `what` completes "Could not …".
pub(crate) fn failed(what: &str, error: &Error) -> Diagnostics {
    let summary = format!("Could not {what}");
    if let Error::Invalid(problem) = error {
        return invalid(&summary, problem);
    }
    let mut detail = sentence(&error.to_string(), error.problem());
    if let Some(advice) = advice(error) {
        detail.push_str("\n\n");
        detail.push_str(advice);
    }
    Diagnostic::error(summary, detail).into()
}

fn advice(error: &Error) -> Option<&'static str> {
    Some(match error {
        Error::Unreachable { reason, .. } => unreachable(reason),
        Error::Unauthenticated { .. } => {
            "Check client_id and client_secret in the provider block (or M2M_CLIENT_ID and \
             M2M_CLIENT_SECRET). The secret may be mistyped, expired or retired, or the client \
             disabled or deleted; the service tells nobody which."
        }
        Error::TokenRefused { .. } => {
            "Check what the client may ask for. A resource that is not accepted can mean that \
             endpoint in the provider block (or M2M_ENDPOINT) is not the issuer of the service."
        }
        Error::MissingScope { .. } => {
            "Give the client that Terraform acts as this scope, or configure the provider with \
             another client."
        }
        Error::NoClient => {
            "Set client_id and client_secret of the client that the token is for. Terraform acts as a \
             principal of AWS IAM here (aws_iam), which signs its calls and has no tokens."
        }
        Error::Unsigned(_) => {
            "aws_iam in the provider block (or M2M_AWS_IAM) calls the service with the credentials of AWS \
             that this machine has. Make them available, or name a profile in aws_iam."
        }
        Error::SignatureRefused { clock_skew, .. } => signature(clock_skew.is_some()),
        Error::Forbidden(_) => return forbidden(error.kind()),
        Error::Unavailable { .. } => {
            "Run Terraform again later. If this stays, the log of the service says why."
        }
        Error::Protocol { .. } => {
            "Check that endpoint in the provider block (or M2M_ENDPOINT) is the issuer of an \
             m2m-oauth service and that no proxy answers in its place."
        }
        Error::NotFound(_)
        | Error::Conflict(_)
        | Error::PreconditionFailed(_)
        | Error::Invalid(_) => {
            return None;
        }
    })
}

fn unreachable(reason: &Unreachable) -> &'static str {
    match reason {
        Unreachable::Certificate(_) => {
            "Set ca_cert_file in the provider block (or M2M_CA_CERT_FILE) to the certificate of \
             the authority that issued the service's certificate."
        }
        Unreachable::Timeout => {
            "Check endpoint in the provider block (or M2M_ENDPOINT) and the network in between; \
             request_timeout gives a slow service more time."
        }
        Unreachable::Name | Unreachable::Refused | Unreachable::Closed | Unreachable::Other(_) => {
            "Check endpoint in the provider block (or M2M_ENDPOINT), that the service runs, and \
             the network in between."
        }
    }
}

fn signature(by_the_clock: bool) -> &'static str {
    if by_the_clock {
        "The clock of this machine differs from the gateway's by more than a signature may: set it \
         right."
    } else {
        "Check that the principal may execute-api:Invoke on the service's API below /iam/v1, that its \
         credentials have not ended, and that the region is the gateway's. aws sts \
         get-caller-identity shows who it is."
    }
}

/// By the kind of the problem.
fn forbidden(kind: Option<&str>) -> Option<&'static str> {
    match kind {
        Some("insufficient-scope") => Some(
            "The client or role that Terraform acts as must have this scope itself, or \
             clients:delegate: without it, a client neither makes one that is stronger than \
             itself nor sees its secret, and one whose scopes are left out is stronger. A role of \
             AWS IAM must have the scope in any case. Give it what it lacks, or configure the provider with another client.",
        ),
        // What the service says of these names the way out.
        Some(
            "plan-required"
            | "limit-reached"
            | "iam-principal-unknown"
            | "iam-owner-elsewhere"
            | "iam-owner-inactive",
        ) => None,
        Some("iam-required") => Some(
            "The service takes principals of AWS IAM only through its own API Gateway, and only if \
             its operator listed some. Check endpoint in the provider block (or M2M_ENDPOINT), or \
             configure the provider with a client.",
        ),
        _ => Some(
            "The client that Terraform acts as may not do this. Configure the provider with \
             another client.",
        ),
    }
}

/// One diagnostic for each wrong field, at its attribute.
fn invalid(summary: &str, problem: &Problem) -> Diagnostics {
    let whole = || sentence(&problem.detail, Some(problem));
    if problem.errors.is_empty() {
        return Diagnostic::error(summary, whole()).into();
    }
    problem
        .errors
        .iter()
        .map(|error| {
            let field = error.pointer.trim_start_matches('/');
            let detail = format!(
                "{field}: {}. {}",
                error.detail.trim_end_matches('.'),
                whole()
            );
            let diagnostic = Diagnostic::error(summary, detail);
            match field.split('/').next() {
                Some(name) if KNOWN_FIELDS.contains(&name) => diagnostic.at(name),
                _ => diagnostic,
            }
        })
        .collect()
}

/// The fields of a request that are attributes of the same name.
const KNOWN_FIELDS: [&str; 8] = [
    "name",
    "description",
    "scopes",
    "default_scopes",
    "access_token_ttl_seconds",
    "deletion_protection",
    "tags",
    "secret_storage",
];

/// The text as a sentence, with what finds the request in the service's log.
fn sentence(text: &str, problem: Option<&Problem>) -> String {
    let text = capitalized(text.trim_end_matches('.'));
    match problem {
        Some(problem) => format!("{text} (correlation_id {}).", problem.correlation_id),
        None => format!("{text}."),
    }
}

fn capitalized(text: &str) -> String {
    // A URL at the start stays as it is.
    if text.starts_with("http") {
        return text.to_owned();
    }
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| {
        format!("{}{}", first.to_uppercase(), characters.as_str())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(kind: &str, errors: serde_json::Value) -> Box<Problem> {
        serde_json::from_value(serde_json::json!({
            "type": format!("https://a.example/problems/{kind}"), "title": "t", "status": 400,
            "detail": "the body is wrong.", "errors": errors,
            "correlation_id": "00000000000000000000000000000001",
        }))
        .unwrap()
    }

    #[test]
    fn a_wrong_field_is_shown_at_its_attribute() {
        let errors = serde_json::json!([
            {"pointer": "/tags/a~1b", "detail": "too long."},
            {"pointer": "/unheard_of", "detail": "unknown"},
        ]);
        let error = Error::Invalid(problem("invalid-request", errors));
        let shown: Vec<_> = failed("create it", &error).into_iter().collect();
        assert_eq!(
            shown[0].path().map(ToString::to_string).as_deref(),
            Some("tags")
        );
        assert_eq!(
            shown[0].detail(),
            "tags/a~1b: too long. The body is wrong (correlation_id \
             00000000000000000000000000000001)."
        );
        assert_eq!(shown[1].path(), None);
    }

    #[test]
    fn a_missing_scope_is_named_with_both_ways_out() {
        let mut lacks = problem("insufficient-scope", serde_json::json!([]));
        lacks.detail = "the token lacks the scope orders:read".to_owned();
        let shown: Vec<_> = failed("create it", &Error::Forbidden(lacks))
            .into_iter()
            .collect();
        for text in ["orders:read", "must have this scope", "clients:delegate"] {
            assert!(shown[0].detail().contains(text), "{}", shown[0].detail());
        }
    }

    #[test]
    fn a_limit_is_no_question_of_scopes() {
        let limit = problem("limit-reached", serde_json::json!([]));
        let shown: Vec<_> = failed("create it", &Error::Forbidden(limit))
            .into_iter()
            .collect();
        assert!(
            !shown[0].detail().contains("scope"),
            "{}",
            shown[0].detail()
        );
    }

    #[test]
    fn every_failure_says_what_to_do() {
        let endpoint = m2m_types::issuer::Issuer::parse("https://a.example").unwrap();
        let error = Error::Unreachable {
            endpoint,
            reason: Unreachable::Refused,
        };
        let shown: Vec<_> = failed("read it", &error).into_iter().collect();
        assert_eq!(shown[0].summary(), "Could not read it");
        assert!(
            shown[0].detail().contains("M2M_ENDPOINT"),
            "{}",
            shown[0].detail()
        );
    }
}
