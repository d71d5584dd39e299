//! The provider block and its fallbacks in the environment.

mod caller;

use std::time::Duration;

use m2m_types::client_id::ClientId;
use m2m_types::issuer::Issuer;
use m2m_types::trace_parent::TraceParent;
use tfplugin::{Attr, Diagnostic, Diagnostics, Secret, range};

use crate::words::{text, text_by};

pub(crate) use caller::{Caller, SecretSource};

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
        let caller = caller::resolve(&config, variable)?;
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

/// People write the endpoint with a final slash; the issuer has none.
fn without_slash(text: &str) -> &str {
    text.strip_suffix('/').unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use m2m_aws_iam::IamSettings;

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
