//! The provider at work: one connection to the service, made when the first call needs it.

use std::io;
use std::path::Path;
use std::sync::Arc;

use m2m_aws_iam::IamSigner;
use m2m_client::{Api, Config, Credentials, Error, Identity, ListClients, read_small_file};
use m2m_types::admin::client::ClientView;
use m2m_types::admin::me::Me;
use m2m_types::issuer::Issuer;
use m2m_types::token_request::UnverifiedSecret;
use tfplugin::{Diagnostic, Diagnostics, Secret};
use tokio::sync::OnceCell;

use crate::settings::{Caller, SecretSource, Setting, Settings};

/// The settings and, once needed, the connection.
pub struct Session {
    settings: Settings,
    user_agent: String,
    api: OnceCell<Api>,
    me: OnceCell<Me>,
    some_clients: OnceCell<Vec<ClientView>>,
}

impl Session {
    pub(crate) fn new(settings: Settings, terraform_version: &str) -> Self {
        Self {
            settings,
            user_agent: format!(
                concat!(
                    "terraform-provider-m2m/",
                    env!("CARGO_PKG_VERSION"),
                    " (terraform {})"
                ),
                terraform_version
            ),
            api: OnceCell::new(),
            me: OnceCell::new(),
            some_clients: OnceCell::new(),
        }
    }

    /// Whether some setting depends on what is not yet created, so that no call can be made now.
    pub(crate) fn is_undecided(&self) -> bool {
        let settings = &self.settings;
        matches!(settings.endpoint, Setting::Unknown)
            || settings.ca_cert_unknown
            || match &settings.caller {
                Caller::Client { id, secret } => {
                    matches!(id, Setting::Unknown) || matches!(secret, Setting::Unknown)
                }
                Caller::AwsIam(iam) => matches!(iam, Setting::Unknown),
            }
    }

    /// The connection.
    ///
    /// # Errors
    /// Settings are missing or not yet known, or a file that they name cannot be read.
    pub(crate) async fn api(&self) -> Result<&Api, Diagnostics> {
        self.api
            .get_or_try_init(|| async {
                let config = self.client_config()?;
                Api::new(&config).map_err(|error| {
                    let advice = "Correct the provider's settings.";
                    Diagnostic::error("The provider cannot call", format!("{error}. {advice}"))
                        .into()
                })
            })
            .await
    }

    /// Who Terraform acts as and on which service, asked once.
    pub(crate) async fn me(&self, api: &Api) -> Result<&Me, Error> {
        self.me.get_or_try_init(|| api.me()).await
    }

    /// The first page of the caller's clients, as it was at the first look.
    pub(crate) async fn some_clients(&self, api: &Api) -> Result<&[ClientView], Error> {
        let list = ListClients {
            limit: Some(200),
            ..ListClients::default()
        };
        let page = || async { api.list_clients(&list).await.map(|page| page.items) };
        self.some_clients
            .get_or_try_init(page)
            .await
            .map(Vec::as_slice)
    }

    fn client_config(&self) -> Result<Config, Diagnostics> {
        let settings = &self.settings;
        if self.is_undecided() {
            return Err(undecided());
        }
        let Setting::Given(endpoint) = &settings.endpoint else {
            return Err(self.missing());
        };
        let mut config = Config::new(endpoint.clone(), self.identity(endpoint)?);
        if let Some(path) = &settings.ca_cert_file {
            config.ca_cert =
                Some(read_small_file(Path::new(path)).map_err(|error| {
                    unreadable("ca_cert_file", "M2M_CA_CERT_FILE", path, &error)
                })?);
        }
        if let Some(timeout) = settings.request_timeout {
            config.request_timeout = timeout;
        }
        if let Some(retries) = settings.max_retries {
            config.max_retries = retries;
        }
        config.user_agent.clone_from(&self.user_agent);
        config.trace_parent.clone_from(&settings.trace_parent);
        Ok(config)
    }

    /// As whom the service is called. Credentials of AWS are looked for when the first call needs them.
    fn identity(&self, endpoint: &Issuer) -> Result<Identity, Diagnostics> {
        match &self.settings.caller {
            Caller::Client {
                id: Setting::Given(id),
                secret: Setting::Given(secret),
            } => {
                let secret = UnverifiedSecret::new(read_secret(secret)?.expose());
                Ok(Credentials::new(id.clone(), secret).into())
            }
            Caller::AwsIam(Setting::Given(iam)) => {
                let signer = IamSigner::new(iam.clone(), endpoint);
                Ok(Identity::AwsIam(Arc::new(signer)))
            }
            Caller::Client { .. } | Caller::AwsIam(_) => Err(self.missing()),
        }
    }

    fn missing(&self) -> Diagnostics {
        let mut lines = String::new();
        let mut needed = |setting_is_missing: bool, attribute: &str, variable: &str| {
            if setting_is_missing {
                lines.push_str(&format!(
                    "\n  {attribute}: set it in the provider block, or {variable} in the environment"
                ));
            }
        };
        let settings = &self.settings;
        needed(
            matches!(settings.endpoint, Setting::Missing),
            "endpoint",
            "M2M_ENDPOINT",
        );
        if let Caller::Client { id, secret } = &settings.caller {
            needed(matches!(id, Setting::Missing), "client_id", "M2M_CLIENT_ID");
            needed(
                matches!(secret, Setting::Missing),
                "client_secret or client_secret_file",
                "M2M_CLIENT_SECRET or M2M_CLIENT_SECRET_FILE",
            );
            if matches!((id, secret), (Setting::Missing, Setting::Missing)) {
                lines.push_str(
                    "\n  or, to call as a principal of AWS IAM instead of a client, aws_iam = {} in the \
                     provider block, or M2M_AWS_IAM=true in the environment",
                );
            }
        }
        let detail = format!("To call the service the provider needs:{lines}");
        Diagnostic::error("The provider is not configured", detail).into()
    }
}

fn undecided() -> Diagnostics {
    Diagnostic::error(
        "The provider is not configured yet",
        "Its settings depend on values that are known only after the apply, but a call is needed \
         now. Apply what they come from first, with -target, or give them as variables.",
    )
    .into()
}

fn read_secret(source: &SecretSource) -> Result<Secret, Diagnostics> {
    match source {
        SecretSource::Value(secret) => Ok(secret.clone()),
        SecretSource::File(path) => {
            let unusable =
                |error| unreadable("client_secret_file", "M2M_CLIENT_SECRET_FILE", path, &error);
            let content = read_small_file(Path::new(path)).map_err(unusable)?;
            let text = String::from_utf8(content).map_err(|_| {
                unusable(io::Error::new(
                    io::ErrorKind::InvalidData,
                    "it is not UTF-8",
                ))
            })?;
            Ok(Secret::from(text.trim_end_matches(['\r', '\n'])))
        }
    }
}

fn unreadable(attribute: &str, variable: &str, path: &str, error: &io::Error) -> Diagnostics {
    Diagnostic::error(
        format!("{attribute} cannot be read"),
        format!("{path}: {error}. Correct {attribute} in the provider block, or {variable}."),
    )
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::ProviderConfig;
    use tfplugin::Attr;

    fn session(config: ProviderConfig) -> Session {
        Session::new(Settings::resolve(config, |_| None).unwrap(), "1.11.4")
    }

    async fn error(config: ProviderConfig) -> String {
        let session = session(config);
        let Err(errors) = session.api().await else {
            panic!("accepted")
        };
        errors
            .iter()
            .map(|e| format!("{}: {}", e.summary(), e.detail()))
            .collect()
    }

    #[tokio::test]
    async fn what_is_missing_is_named_with_its_variable() {
        let config = ProviderConfig {
            client_id: "m2m_x".into(),
            ..ProviderConfig::default()
        };
        let text = error(config).await;
        assert!(
            text.contains("endpoint: ") && text.contains("M2M_ENDPOINT"),
            "{text}"
        );
        assert!(
            text.contains("M2M_CLIENT_SECRET") && !text.contains("M2M_CLIENT_ID"),
            "{text}"
        );
    }

    #[tokio::test]
    async fn what_is_unknown_says_so() {
        let config = ProviderConfig {
            endpoint: Attr::Unknown,
            ..ProviderConfig::default()
        };
        assert!(session(config.clone()).is_undecided());
        assert!(error(config).await.contains("known only after the apply"));
    }

    #[tokio::test]
    async fn a_file_that_is_not_there_is_named() {
        let config = ProviderConfig {
            endpoint: "https://a.example".into(),
            client_id: "m2m_x".into(),
            client_secret_file: "/nonexistent/secret".into(),
            ..ProviderConfig::default()
        };
        let text = error(config).await;
        assert!(text.contains("client_secret_file") && text.contains("/nonexistent/secret"));
    }
}
