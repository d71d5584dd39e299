//! Answers that are only messages.

use crate::diagnostic::Diagnostic;
use crate::wire::tfplugin6 as wire;

/// An answer, or only messages in its place.
pub(super) type Reply<T> = Result<T, Vec<wire::Diagnostic>>;

/// An answer that can carry messages alone.
pub(super) trait Failed {
    fn failed(diagnostics: Vec<wire::Diagnostic>) -> Self;
}

macro_rules! failed {
    ($($message:ident),* $(,)?) => {
        $(impl Failed for wire::$message::Response {
            fn failed(diagnostics: Vec<wire::Diagnostic>) -> Self {
                Self { diagnostics, ..Self::default() }
            }
        })*
    };
}

failed!(
    get_metadata,
    get_provider_schema,
    get_resource_identity_schemas,
    upgrade_resource_identity,
    validate_provider_config,
    configure_provider,
    validate_resource_config,
    validate_data_resource_config,
    validate_ephemeral_resource_config,
    upgrade_resource_state,
    read_resource,
    plan_resource_change,
    apply_resource_change,
    import_resource_state,
    move_resource_state,
    read_data_source,
    open_ephemeral_resource,
    renew_ephemeral_resource,
    close_ephemeral_resource,
    get_functions,
);

impl Failed for wire::call_function::Response {
    fn failed(diagnostics: Vec<wire::Diagnostic>) -> Self {
        let texts = diagnostics
            .into_iter()
            .map(|d| format!("{}: {}", d.summary, d.detail));
        let text = texts.collect::<Vec<_>>().join("\n");
        let error = wire::FunctionError {
            text,
            function_argument: None,
        };
        Self {
            result: None,
            error: Some(error),
        }
    }
}

pub(super) fn error(summary: &str, detail: impl Into<String>) -> Vec<wire::Diagnostic> {
    vec![Diagnostic::error(summary, detail).into_wire(None)]
}

pub(super) fn unknown_type(kind: &str, name: &str) -> Vec<wire::Diagnostic> {
    error(
        "Unknown type",
        format!("This provider serves no {kind} named {name:?}."),
    )
}

pub(super) fn panicked(rpc: &str) -> Vec<wire::Diagnostic> {
    error(
        "The provider crashed",
        format!(
            "It panicked in {rpc}. This is a bug in the provider: please report it with the \
             stack trace, which stands in the log of a run with TF_LOG=ERROR."
        ),
    )
}

/// Breaches of Terraform's rules, which only the developer of the provider can mend.
pub(super) fn breaches(what: &str, found: &[String]) -> Option<Diagnostic> {
    (!found.is_empty()).then(|| {
        Diagnostic::error(
            format!("The provider made an invalid {what}"),
            format!("This is a bug in the provider.\n- {}", found.join("\n- ")),
        )
    })
}
