//! The admin client's credentials, in a file that only its owner may read.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use m2m_core::bootstrap::FirstOwner;
use m2m_core::deployment::Deployment;
use m2m_types::client_id::ClientId;
use m2m_types::client_secret::ClientSecret;
use m2m_types::issuer::Issuer;
use m2m_types::names::ClientName;
use serde::{Deserialize, Serialize};

use super::ServeError;
use crate::private_file;

const FILE: &str = "admin.json";

/// What a program needs to call the local service as its admin.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AdminFile {
    /// The issuer.
    pub endpoint: Issuer,
    /// The admin client.
    pub client_id: ClientId,
    /// Its secret.
    pub client_secret: ClientSecret,
    /// The certificate authority of an HTTPS endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_cert_file: Option<PathBuf>,
}

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AdminFileError {
    /// It is not there or cannot be read.
    #[error("cannot read {}: has `m2m serve` been started on this data directory?", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// It is not what was written.
    #[error("{} is damaged: remove it and start `m2m serve`, which then makes a new admin client", path.display())]
    Damaged {
        /// Which file.
        path: PathBuf,
    },
}

impl AdminFile {
    /// Reads the file of a data directory.
    ///
    /// # Errors
    /// It is not there or damaged.
    pub fn read(data_dir: &Path) -> Result<Self, AdminFileError> {
        let path = data_dir.join(FILE);
        let json = fs::read(&path).map_err(|source| AdminFileError::Unreadable {
            path: path.clone(),
            source,
        })?;
        serde_json::from_slice(&json).map_err(|_| AdminFileError::Damaged { path })
    }
}

/// Makes the first owner and its admin client where there is no file yet, and keeps the file's endpoint as
/// it is now. Whoever removes the file gets a new admin client at the next start: file access is the proof.
///
/// The path, if the file is new.
pub(super) async fn ensure(
    data_dir: &Path,
    deployment: &Deployment,
    first: &FirstOwner,
    ca_file: Option<&Path>,
) -> Result<Option<PathBuf>, ServeError> {
    let clients = deployment.clients();
    clients.provision_first_owner(first).await?;
    let endpoint = deployment.settings().issuer.clone();
    let ca_cert_file = ca_file.map(Path::to_owned);
    let (file, new) = match AdminFile::read(data_dir) {
        Ok(file) if file.endpoint == endpoint && file.ca_cert_file == ca_cert_file => {
            return Ok(None);
        }
        Ok(file) => (
            AdminFile {
                endpoint,
                ca_cert_file,
                ..file
            },
            false,
        ),
        Err(AdminFileError::Unreadable { source, .. })
            if source.kind() == io::ErrorKind::NotFound =>
        {
            let admin = clients
                .create_admin(first, ClientName::parse("admin")?)
                .await?;
            let file = AdminFile {
                endpoint,
                client_id: admin.client_id,
                client_secret: admin.client_secret,
                ca_cert_file,
            };
            (file, true)
        }
        Err(error) => return Err(error.into()),
    };
    let path = data_dir.join(FILE);
    let write_error = |source| ServeError::File {
        path: path.clone(),
        source,
    };
    let json = serde_json::to_vec_pretty(&file).map_err(|error| write_error(error.into()))?;
    private_file::replace(&path, &json).map_err(write_error)?;
    Ok(new.then_some(path))
}
