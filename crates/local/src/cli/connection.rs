//! Which service to call, and as whom.

use std::path::{Path, PathBuf};

use clap::parser::ValueSource;
use clap::{ArgMatches, Args, Command, FromArgMatches};
use m2m_client::{Api, Config, Credentials, read_small_file};
use m2m_local::serve::AdminFile;
use m2m_types::client_id::ClientId;
use m2m_types::issuer::Issuer;
use m2m_types::token_request::UnverifiedSecret;
use m2m_types::trace_parent::TraceParent;

/// Credentials from the environment, else those of a local data directory's admin client.
#[derive(Debug, Args)]
struct Named {
    /// The issuer of the service.
    #[arg(long, env = "M2M_ENDPOINT")]
    endpoint: Option<Issuer>,
    /// Who calls.
    #[arg(long, env = "M2M_CLIENT_ID")]
    client_id: Option<ClientId>,
    /// A certificate authority to trust beside the system's.
    #[arg(long, env = "M2M_CA_CERT_FILE")]
    ca_cert_file: Option<PathBuf>,
    /// The data directory of a local service, whose admin client calls: used when no credentials are set, or
    /// when it is named here.
    #[arg(long, env = "M2M_DATA_DIR", default_value = ".m2m")]
    data_dir: PathBuf,
}

/// What was named, and which of it on the command line: that comes before the environment.
#[derive(Debug)]
pub(super) struct Connection {
    named: Named,
    service_is_argument: bool,
    ca_cert_file_is_argument: bool,
    data_dir_is_argument: bool,
}

impl Args for Connection {
    fn augment_args(command: Command) -> Command {
        Named::augment_args(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Named::augment_args_for_update(command)
    }
}

impl FromArgMatches for Connection {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let is_argument = |name| matches.value_source(name) == Some(ValueSource::CommandLine);
        Ok(Self {
            named: Named::from_arg_matches(matches)?,
            service_is_argument: is_argument("endpoint") || is_argument("client_id"),
            ca_cert_file_is_argument: is_argument("ca_cert_file"),
            data_dir_is_argument: is_argument("data_dir"),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Why there is nobody to call.
#[derive(Debug, thiserror::Error)]
enum ConnectionError {
    #[error(
        "set M2M_ENDPOINT, M2M_CLIENT_ID and M2M_CLIENT_SECRET together, or none of them and use --data-dir"
    )]
    Incomplete,
    #[error("either --data-dir or --endpoint and --client-id: a data directory names all of them")]
    Twice,
    #[error("cannot read {}", path.display())]
    CaCert {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
}

/// Whose credentials are used.
#[derive(Debug, PartialEq, Eq)]
enum Choice {
    /// Those that were named one by one.
    Named {
        endpoint: Issuer,
        client_id: ClientId,
        secret: String,
    },
    /// The admin client's of the data directory.
    Admin,
}

impl Connection {
    /// The API as the caller that was named. A secret comes from the environment only: an argument would be
    /// in the list of processes.
    pub(super) fn api(self) -> Result<Api, Box<dyn std::error::Error>> {
        let secret = std::env::var("M2M_CLIENT_SECRET")
            .ok()
            .filter(|secret| !secret.is_empty());
        let (endpoint, credentials, ca_cert_file) = match self.choose(secret)? {
            Choice::Named {
                endpoint,
                client_id,
                secret,
            } => {
                let credentials = Credentials::new(client_id, UnverifiedSecret::new(secret));
                (endpoint, credentials, self.named.ca_cert_file)
            }
            Choice::Admin => {
                let admin = AdminFile::read(&self.named.data_dir)?;
                let secret = UnverifiedSecret::new(admin.client_secret.expose());
                let credentials = Credentials::new(admin.client_id, secret);
                let argument = self
                    .named
                    .ca_cert_file
                    .filter(|_| self.ca_cert_file_is_argument);
                (admin.endpoint, credentials, argument.or(admin.ca_cert_file))
            }
        };
        let mut config = Config::new(endpoint, credentials);
        config.ca_cert = ca_cert_file.as_deref().map(read).transpose()?;
        config.trace_parent = trace_parent();
        Ok(Api::new(&config)?)
    }

    fn choose(&self, secret: Option<String>) -> Result<Choice, ConnectionError> {
        if self.data_dir_is_argument {
            return if self.service_is_argument {
                Err(ConnectionError::Twice)
            } else {
                Ok(Choice::Admin)
            };
        }
        match (&self.named.endpoint, &self.named.client_id, secret) {
            (Some(endpoint), Some(client_id), Some(secret)) => Ok(Choice::Named {
                endpoint: endpoint.clone(),
                client_id: client_id.clone(),
                secret,
            }),
            (None, None, None) => Ok(Choice::Admin),
            _ => Err(ConnectionError::Incomplete),
        }
    }
}

/// The trace that this command was started in; one that breaks its form is not worth a failed command.
fn trace_parent() -> Option<TraceParent> {
    TraceParent::parse(std::env::var("TRACEPARENT").ok()?).ok()
}

fn read(path: &Path) -> Result<Vec<u8>, ConnectionError> {
    read_small_file(path).map_err(|source| ConnectionError::CaCert {
        path: path.to_owned(),
        source,
    })
}
