//! As whom Terraform calls, by the provider block and the environment.

use m2m_aws_iam::IamSettings;
use m2m_types::client_id::ClientId;
use tfplugin::{Attr, Diagnostic, Diagnostics, Secret};

use super::{AwsIam, ProviderConfig, Setting, or_variable, parsed};

/// As whom Terraform calls.
pub(crate) enum Caller {
    /// A client.
    Client {
        id: Setting<ClientId>,
        secret: Setting<SecretSource>,
    },
    /// A principal of AWS IAM.
    AwsIam(Setting<IamSettings>),
}

/// Where the own secret is.
pub(crate) enum SecretSource {
    Value(Secret),
    File(String),
}

/// The block decides who calls as soon as it says anything of that.
pub(super) fn resolve(
    config: &ProviderConfig,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Caller, Diagnostics> {
    let by_block = !config.aws_iam.is_null();
    let is_client = !config.client_id.is_null()
        || !config.client_secret.is_null()
        || !config.client_secret_file.is_null();
    if by_block || (!is_client && iam_is_switched_on(&variable)?) {
        return Ok(Caller::AwsIam(iam_settings(&config.aws_iam)));
    }
    Ok(Caller::Client {
        id: parsed(
            or_variable(config.client_id.clone(), variable("M2M_CLIENT_ID")),
            "M2M_CLIENT_ID",
            |text| ClientId::parse(text),
        )?,
        secret: secret(
            config.client_secret.clone(),
            config.client_secret_file.clone(),
            variable("M2M_CLIENT_SECRET"),
            variable("M2M_CLIENT_SECRET_FILE"),
        ),
    })
}

/// `M2M_AWS_IAM`, which names a caller of its own and so stands alone.
fn iam_is_switched_on(variable: impl Fn(&str) -> Option<String>) -> Result<bool, Diagnostics> {
    let wrong =
        |detail: &str| Err(Diagnostic::error("The provider's settings are wrong", detail).into());
    let others = [
        "M2M_CLIENT_ID",
        "M2M_CLIENT_SECRET",
        "M2M_CLIENT_SECRET_FILE",
    ];
    match variable("M2M_AWS_IAM").as_deref() {
        None | Some("false") => Ok(false),
        Some("true") if others.iter().any(|name| variable(name).is_some()) => wrong(
            "The environment names two callers: M2M_AWS_IAM is true, and M2M_CLIENT_ID or its secret is set \
             too. Unset one of them, or choose in the provider block.",
        ),
        Some("true") => Ok(true),
        Some(_) => wrong("M2M_AWS_IAM must be true or false."),
    }
}

fn iam_settings(block: &Attr<AwsIam>) -> Setting<IamSettings> {
    match block {
        Attr::Unknown => Setting::Unknown,
        Attr::Null => Setting::Given(IamSettings::default()),
        Attr::Known(block) if block.region.is_unknown() || block.profile.is_unknown() => {
            Setting::Unknown
        }
        Attr::Known(block) => Setting::Given(IamSettings {
            region: block.region.as_str().map(str::to_owned),
            profile: block.profile.as_str().map(str::to_owned),
        }),
    }
}

fn secret(
    value: Attr<Secret>,
    file: Attr<String>,
    value_variable: Option<String>,
    file_variable: Option<String>,
) -> Setting<SecretSource> {
    match (value, file) {
        (Attr::Known(value), _) => Setting::Given(SecretSource::Value(value)),
        (_, Attr::Known(file)) => Setting::Given(SecretSource::File(file)),
        (Attr::Unknown, _) | (_, Attr::Unknown) => Setting::Unknown,
        (Attr::Null, Attr::Null) => match (value_variable, file_variable) {
            (Some(value), _) => Setting::Given(SecretSource::Value(value.into())),
            (None, Some(file)) => Setting::Given(SecretSource::File(file)),
            (None, None) => Setting::Missing,
        },
    }
}
