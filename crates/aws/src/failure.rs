//! What a failed call leaves for the log: what was called, on what, what AWS said, and what to do.

use std::error::Error;
use std::fmt;

use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use m2m_core::error_chain::chain;
use m2m_core::ports::StoreError;

/// Which store a call was for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Store<'a> {
    /// A table, by its name.
    Table(&'a str),
    /// A secret, by its name.
    Secret(&'a str),
}

impl fmt::Display for Store<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table(name) => write!(f, "the table {name}"),
            Self::Secret(name) => write!(f, "the secret {name}"),
        }
    }
}

/// A call that failed. `action` is the call as a policy of IAM names it.
///
/// Keeps messages and nothing else: the SDK's errors hold whole answers, and an answer of Secrets Manager
/// holds a secret.
pub(crate) fn call_failed<E, R>(
    attempt: &str,
    action: &str,
    store: Store<'_>,
    error: &SdkError<E, R>,
) -> StoreError
where
    E: ProvideErrorMetadata + Error + 'static,
    R: fmt::Debug,
{
    let reason = match error {
        SdkError::ServiceError(answer) => said(store, answer.err().meta()),
        SdkError::TimeoutError(_) => "no answer in time".to_owned(),
        SdkError::DispatchFailure(_) => format!("the connection failed: {}", chain(error)),
        _ => chain(error),
    };
    StoreError::new(attempt, format!("{action} on {store}: {reason}"))
}

/// What AWS said, and what to do about it if that is known.
fn said(store: Store<'_>, error: &aws_smithy_types::error::ErrorMetadata) -> String {
    let code = error.code().unwrap_or("an error without a code");
    let mut said = code.to_owned();
    if let Some(advice) = advice(store, code) {
        said.push_str(": ");
        said.push_str(advice);
    }
    if let Some(message) = error.message() {
        said.push_str(" (");
        said.push_str(message);
        said.push(')');
    }
    said
}

/// docs/observability.md has a row for each.
fn advice(store: Store<'_>, code: &str) -> Option<&'static str> {
    match (store, code) {
        (Store::Table(_), "ResourceNotFoundException") => {
            Some("the table does not exist in this account and region: check M2M_TABLE")
        }
        (_, "AccessDeniedException") => {
            Some("the role or user that calls lacks the permission, or the one to use the KMS key")
        }
        (_, "ThrottlingException" | "ProvisionedThroughputExceededException") => {
            Some("AWS throttles")
        }
        (
            _,
            "UnrecognizedClientException" | "ExpiredTokenException" | "InvalidSignatureException",
        ) => Some("the credentials are not accepted"),
        _ => None,
    }
}

/// Something other than a call that failed.
pub(crate) fn failed(attempt: &str, error: &dyn Error) -> StoreError {
    StoreError::new(attempt, chain(error))
}
