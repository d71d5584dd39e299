//! Which service to call, and as whom.

use std::path::{Path, PathBuf};

use clap::Args;
use m2m_client::{Api, Config, Credentials};
use m2m_local::serve::AdminFile;
use m2m_types::client_id::ClientId;
use m2m_types::issuer::Issuer;
use m2m_types::token_request::UnverifiedSecret;

/// Credentials from the environment, else those of a local data directory's admin client.
#[derive(Debug, Args)]
pub(super) struct Connection {
    /// The issuer of the service.
    #[arg(long, env = "M2M_ENDPOINT")]
    endpoint: Option<Issuer>,
    /// Who calls.
    #[arg(long, env = "M2M_CLIENT_ID")]
    client_id: Option<ClientId>,
    /// A certificate authority to trust beside the system's.
    #[arg(long, env = "M2M_CA_CERT_FILE")]
    ca_cert_file: Option<PathBuf>,
    /// The data directory of a local service, used when no credentials are set.
    #[arg(long, env = "M2M_DATA_DIR", default_value = ".m2m")]
    data_dir: PathBuf,
}

/// Why there is nobody to call.
#[derive(Debug, thiserror::Error)]
enum ConnectionError {
    #[error(
        "set M2M_ENDPOINT, M2M_CLIENT_ID and M2M_CLIENT_SECRET together, or none of them and use --data-dir"
    )]
    Incomplete,
    #[error("cannot read {}", path.display())]
    CaCert {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
}

impl Connection {
    /// The API as the caller that was named. A secret comes from the environment only: an argument would be
    /// in the list of processes.
    pub(super) fn api(&self) -> Result<Api, Box<dyn std::error::Error>> {
        let secret = std::env::var("M2M_CLIENT_SECRET")
            .ok()
            .filter(|secret| !secret.is_empty());
        let (endpoint, client_id, secret, ca_cert_file) =
            match (&self.endpoint, &self.client_id, secret) {
                (Some(endpoint), Some(id), Some(secret)) => (
                    endpoint.clone(),
                    id.clone(),
                    UnverifiedSecret::new(secret),
                    self.ca_cert_file.clone(),
                ),
                (None, None, None) => {
                    let admin = AdminFile::read(&self.data_dir)?;
                    let secret = UnverifiedSecret::new(admin.client_secret.expose());
                    (admin.endpoint, admin.client_id, secret, admin.ca_cert_file)
                }
                _ => return Err(ConnectionError::Incomplete.into()),
            };
        let mut config = Config::new(endpoint, Credentials::new(client_id, secret));
        config.ca_cert = ca_cert_file.as_deref().map(read).transpose()?;
        Ok(Api::new(&config)?)
    }
}

fn read(path: &Path) -> Result<Vec<u8>, ConnectionError> {
    std::fs::read(path).map_err(|source| ConnectionError::CaCert {
        path: path.to_owned(),
        source,
    })
}
