//! The provider block and its fallbacks in the environment.

use std::time::Duration;

use m2m_aws_iam::IamSettings;
use m2m_types::client_id::ClientId;
use m2m_types::issuer::Issuer;
use m2m_types::trace_parent::TraceParent;
use tfplugin::{Attr, Diagnostic, Diagnostics, Secret, range};

use crate::words::{text, text_by};

tfplugin::model! {
    /// Manages the M2M OAuth clients of an m2m-oauth service. Every argument may be left out; those
    /// that have an environment variable are then taken from there.
    pub struct ProviderConfig {
        /// The issuer of the service, like `https://auth.example.com`; plain http only to a
        /// loopback address. Falls back to `M2M_ENDPOINT`.
        endpoint: String = optional().validate(text_by(|text| Issuer::parse(without_slash(text)))),
        /// The client that Terraform acts as. Falls back to `M2M_CLIENT_ID`.
        client_id: String = optional().validate(text::<ClientId>()),
        /// Its secret. Falls back to `M2M_CLIENT_SECRET`.
        client_secret: Secret = optional(),
        /// A file that holds the secret and nothing else; not together with `client_secret`.
        /// Falls back to `M2M_CLIENT_SECRET_FILE`.
        client_secret_file: String = optional(),
        /// Calls as a principal of AWS IAM instead of a client; `{}` takes everything from where
        /// programs of AWS take it. Falls back to `M2M_AWS_IAM=true`.
        aws_iam: AwsIam = optional(),
        /// A file of PEM certificates of authorities to trust beside those of the system. Falls
        /// back to `M2M_CA_CERT_FILE`.
        ca_cert_file: String = optional(),
        /// How long one request may take, in seconds: 1 to 600, by default 30.
        request_timeout: i64 = optional().validate(range(1..=600)),
        /// How often a request is repeated that the service cannot answer: 0 to 20, by default 4.
        max_retries: i64 = optional().validate(range(0..=20)),
    }
}

tfplugin::model! {
    /// Which principal of AWS IAM calls.
    pub struct AwsIam {
        /// The AWS region of the service's API Gateway. By default the one in the endpoint's name, else
        /// that of `AWS_REGION` or of the profile.
        region: String = optional(),
        /// A profile of the AWS configuration files. By default as `AWS_PROFILE` and the other
        /// variables of AWS say.
        profile: String = optional(),
    }
}

impl ProviderConfig {
    /// What is wrong with the block as a whole.
    pub(crate) fn problems(&self) -> Diagnostics {
        let names_a_client = self.client_id.is_known()
            || self.client_secret.is_known()
            || self.client_secret_file.is_known();
        if self.aws_iam.is_known() && names_a_client {
            return Diagnostic::error(
                "Two callers",
                "Set either aws_iam, to call as a principal of AWS IAM, or client_id and its secret, to \
                 call as a client.",
            )
            .at("aws_iam")
            .into();
        }
        if self.client_secret.is_known() && self.client_secret_file.is_known() {
            return Diagnostic::error(
                "The secret is given twice",
                "Set either client_secret or client_secret_file, not both.",
            )
            .at("client_secret_file")
            .into();
        }
        Diagnostics::new()
    }
}

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

/// A setting that a call needs.
pub(crate) enum Setting<T> {
    Given(T),
    /// It depends on something that is not yet created.
    Unknown,
    Missing,
}

/// The block and the environment taken together. Files are read when a call needs them, since the
/// same run may make them.
pub(crate) struct Settings {
    pub(crate) endpoint: Setting<Issuer>,
    pub(crate) caller: Caller,
    pub(crate) ca_cert_file: Option<String>,
    pub(crate) ca_cert_unknown: bool,
    pub(crate) request_timeout: Option<Duration>,
    pub(crate) max_retries: Option<usize>,
    /// The trace that Terraform runs in.
    pub(crate) trace_parent: Option<TraceParent>,
}

impl Settings {
    /// The block wins over the environment.
    ///
    /// # Errors
    /// A variable of the environment is malformed; the block was validated before.
    pub(crate) fn resolve(
        config: ProviderConfig,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, Diagnostics> {
        let variable = |name: &str| environment(name).filter(|value| !value.is_empty());
        let caller = caller(&config, variable)?;
        let ca_cert_file = or_variable(config.ca_cert_file, variable("M2M_CA_CERT_FILE"));
        Ok(Self {
            endpoint: parsed(
                or_variable(config.endpoint, variable("M2M_ENDPOINT")),
                "M2M_ENDPOINT",
                |text| Issuer::parse(without_slash(text)),
            )?,
            caller,
            ca_cert_unknown: ca_cert_file.is_unknown(),
            ca_cert_file: ca_cert_file.into_known(),
            request_timeout: config
                .request_timeout
                .into_known()
                .and_then(|seconds| u64::try_from(seconds).ok())
                .map(Duration::from_secs),
            max_retries: config
                .max_retries
                .into_known()
                .and_then(|count| usize::try_from(count).ok()),
            // A trace that breaks its form is none: it is not worth a failed run.
            trace_parent: variable("TRACEPARENT").and_then(|text| TraceParent::parse(text).ok()),
        })
    }
}

/// The block decides who calls as soon as it says anything of that.
fn caller(
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

fn or_variable(attribute: Attr<String>, variable: Option<String>) -> Attr<String> {
    match attribute {
        Attr::Null => variable.into(),
        given => given,
    }
}

fn parsed<T, E: std::fmt::Display>(
    text: Attr<String>,
    variable: &str,
    parse: impl Fn(&str) -> Result<T, E>,
) -> Result<Setting<T>, Diagnostics> {
    match text {
        Attr::Unknown => Ok(Setting::Unknown),
        Attr::Null => Ok(Setting::Missing),
        Attr::Known(text) => match parse(&text) {
            Ok(value) => Ok(Setting::Given(value)),
            Err(error) => Err(Diagnostic::error(
                "The provider's settings are wrong",
                format!(
                    "{error}. Correct the provider block or the environment variable {variable}."
                ),
            )
            .into()),
        },
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

/// People write the endpoint with a final slash; the issuer has none.
fn without_slash(text: &str) -> &str {
    text.strip_suffix('/').unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(config: ProviderConfig, variables: &[(&str, &str)]) -> Settings {
        let variables: Vec<(String, String)> = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Settings::resolve(config, |name| {
            variables
                .iter()
                .find(|(n, _)| n == name)
                .map(|(_, value)| value.clone())
        })
        .unwrap()
    }

    #[test]
    fn the_block_wins_over_the_environment() {
        let config = ProviderConfig {
            endpoint: "https://block.example/".into(),
            client_secret_file: "block-file".into(),
            ..ProviderConfig::default()
        };
        let settings = resolve(
            config,
            &[
                ("M2M_ENDPOINT", "https://env.example"),
                ("M2M_CLIENT_ID", "m2m_env"),
                ("M2M_CLIENT_SECRET", "env"),
            ],
        );
        assert!(
            matches!(settings.endpoint, Setting::Given(e) if e.as_str() == "https://block.example")
        );
        let Caller::Client { id, secret } = settings.caller else {
            panic!("no client")
        };
        assert!(matches!(id, Setting::Given(id) if id.as_str() == "m2m_env"));
        assert!(matches!(secret, Setting::Given(SecretSource::File(f)) if f == "block-file"));
    }

    #[test]
    fn an_unknown_value_is_not_replaced_by_the_environment() {
        let config = ProviderConfig {
            endpoint: Attr::Unknown,
            client_secret: Attr::Unknown,
            ..ProviderConfig::default()
        };
        let variables = [
            ("M2M_ENDPOINT", "https://e.example"),
            ("M2M_CLIENT_SECRET", "s"),
        ];
        let settings = resolve(config, &variables);
        assert!(matches!(settings.endpoint, Setting::Unknown));
        let Caller::Client { id, secret } = settings.caller else {
            panic!("no client")
        };
        assert!(matches!(secret, Setting::Unknown));
        assert!(matches!(id, Setting::Missing));
    }

    #[test]
    fn the_block_decides_who_calls() {
        let by_iam = ProviderConfig {
            aws_iam: Attr::Known(AwsIam {
                region: "eu-central-1".into(),
                ..AwsIam::default()
            }),
            ..ProviderConfig::default()
        };
        let settings = resolve(by_iam.clone(), &[("M2M_CLIENT_ID", "m2m_env")]);
        assert!(matches!(
            settings.caller,
            Caller::AwsIam(Setting::Given(IamSettings { region: Some(region), profile: None }))
                if region == "eu-central-1"
        ));
        let by_client = ProviderConfig {
            client_id: "m2m_block".into(),
            ..ProviderConfig::default()
        };
        let settings = resolve(by_client, &[("M2M_AWS_IAM", "true")]);
        assert!(matches!(settings.caller, Caller::Client { .. }));
        let both = ProviderConfig {
            client_id: "m2m_block".into(),
            ..by_iam
        };
        assert!(both.problems().has_errors());
    }

    #[test]
    fn the_environment_may_name_one_caller() {
        let settings = resolve(ProviderConfig::default(), &[("M2M_AWS_IAM", "true")]);
        assert!(matches!(settings.caller, Caller::AwsIam(Setting::Given(_))));
        for variables in [
            &[("M2M_AWS_IAM", "true"), ("M2M_CLIENT_ID", "m2m_x")][..],
            &[("M2M_AWS_IAM", "yes")],
        ] {
            let lookup = |name: &str| {
                let found = variables.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).to_owned())
            };
            assert!(Settings::resolve(ProviderConfig::default(), lookup).is_err());
        }
    }

    #[test]
    fn an_empty_variable_counts_as_absent() {
        let settings = resolve(ProviderConfig::default(), &[("M2M_ENDPOINT", "")]);
        assert!(matches!(settings.endpoint, Setting::Missing));
    }

    #[test]
    fn a_malformed_variable_is_named() {
        let result = Settings::resolve(ProviderConfig::default(), |name| {
            (name == "M2M_ENDPOINT").then(|| "http://far.example".to_owned())
        });
        let Err(errors) = result else {
            panic!("accepted")
        };
        assert!(
            errors
                .iter()
                .any(|error| error.detail().contains("M2M_ENDPOINT"))
        );
    }

    #[test]
    fn the_trace_of_the_environment_is_taken_if_it_is_one() {
        let trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        for (variable, expected) in [(trace, Some(trace)), ("nonsense", None), ("", None)] {
            let settings = resolve(ProviderConfig::default(), &[("TRACEPARENT", variable)]);
            let found = settings.trace_parent.as_ref().map(TraceParent::as_str);
            assert_eq!(found, expected, "{variable}");
        }
    }

    #[test]
    fn two_secrets_are_refused() {
        let config = ProviderConfig {
            client_secret: Attr::Known(Secret::from("s")),
            client_secret_file: "f".into(),
            ..ProviderConfig::default()
        };
        assert!(config.problems().has_errors());
    }
}
