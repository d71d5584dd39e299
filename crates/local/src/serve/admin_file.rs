//! The admin client's credentials, in a file that only its owner may read.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use m2m_core::bootstrap::FirstOwner;
use m2m_core::client::ClientState;
use m2m_core::deployment::Deployment;
use m2m_types::client_id::ClientId;
use m2m_types::client_secret::ClientSecret;
use m2m_types::issuer::Issuer;
use m2m_types::names::ClientName;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

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
    /// Others than its owner can read or change it.
    #[error("{} is open to others: run `chmod 600` on it", path.display())]
    Exposed {
        /// Which file.
        path: PathBuf,
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
        Self::at(data_dir.join(FILE))
    }

    /// Reads the file at that place.
    pub(crate) fn at(path: PathBuf) -> Result<Self, AdminFileError> {
        let unreadable = |source| AdminFileError::Unreadable {
            path: path.clone(),
            source,
        };
        let mode = fs::metadata(&path)
            .map_err(unreadable)?
            .permissions()
            .mode();
        if mode & 0o077 != 0 {
            return Err(AdminFileError::Exposed { path });
        }
        let json = fs::read(&path).map_err(unreadable)?;
        serde_json::from_slice(&json).map_err(|_| AdminFileError::Damaged { path })
    }
}

/// Refuses a file that is damaged or open to others; one that is not there yet is fine.
pub(super) fn check(data_dir: &Path) -> Result<(), AdminFileError> {
    match AdminFile::read(data_dir) {
        Err(AdminFileError::Unreadable { source, .. })
            if source.kind() == io::ErrorKind::NotFound =>
        {
            Ok(())
        }
        checked => checked.map(drop),
    }
}

/// Makes the first owner, and an admin client of it where there is none, and keeps the file's endpoint as it
/// is now. Whoever removes the file gets a new admin client at the next start: file access is the proof.
///
/// The file is written before the client exists: a stop in between leaves credentials that mean nothing, and
/// the next start replaces them. The other way round it would leave a client whose secret nobody has.
///
/// The path, if the client is new.
pub(super) async fn ensure(
    data_dir: &Path,
    deployment: &Deployment,
    first: &FirstOwner,
    ca_file: Option<&Path>,
) -> Result<Option<PathBuf>, ServeError> {
    let clients = deployment.clients();
    clients.provision_first_owner(first).await?;
    let path = data_dir.join(FILE);
    let endpoint = deployment.settings().issuer.clone();
    let ca_cert_file = ca_file.map(Path::to_owned);
    if let Some(file) = usable(&path, data_dir, deployment).await? {
        if file.endpoint != endpoint || file.ca_cert_file != ca_cert_file {
            let file = AdminFile {
                endpoint,
                ca_cert_file,
                ..file
            };
            file.write(&path)?;
        }
        return Ok(None);
    }
    let admin = clients.prepare_admin(first, ClientName::parse("admin")?);
    let file = AdminFile {
        endpoint,
        client_id: admin.client_id().clone(),
        client_secret: admin.client_secret().clone(),
        ca_cert_file,
    };
    file.write(&path)?;
    clients.insert_admin(admin).await?;
    Ok(Some(path))
}

/// The file, if it is there and its client exists.
async fn usable(
    path: &Path,
    data_dir: &Path,
    deployment: &Deployment,
) -> Result<Option<AdminFile>, ServeError> {
    let file = match AdminFile::read(data_dir) {
        Ok(file) => file,
        Err(AdminFileError::Unreadable { source, .. })
            if source.kind() == io::ErrorKind::NotFound =>
        {
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    };
    let found = deployment
        .ports()
        .directory
        .find_client(&file.client_id)
        .await?;
    match found.client.map(|client| client.state) {
        Some(ClientState::Active | ClientState::Disabled) => Ok(Some(file)),
        Some(ClientState::Deleted { .. }) => Err(ServeError::AdminDeleted {
            client_id: file.client_id,
            path: path.to_owned(),
        }),
        Some(ClientState::Pending | ClientState::Abandoned) | None => Ok(None),
    }
}

impl AdminFile {
    fn write(&self, path: &Path) -> Result<(), ServeError> {
        self.to_json()
            .and_then(|json| private_file::replace(path, &json))
            .map_err(|source| ServeError::File {
                path: path.to_owned(),
                source,
            })
    }

    /// What is in the file.
    pub(crate) fn to_json(&self) -> io::Result<Zeroizing<Vec<u8>>> {
        Ok(Zeroizing::new(serde_json::to_vec_pretty(self)?))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::SignedDuration;
    use m2m_aws::{Stores, deployment, tables};
    use m2m_core::client::Client;
    use m2m_core::clock::SystemClock;
    use m2m_core::ports::ListedBy;
    use m2m_core::random::SystemRandom;

    use super::super::{Options, Server, config_of, first_owner, record};
    use super::*;
    use crate::stand_in::StandIn;
    use crate::stand_in::faults::Faults;

    async fn start(data_dir: &Path) -> Result<Server, ServeError> {
        Server::start(&Options::for_test(data_dir)).await
    }

    async fn admin_of(server: &Server, file: &AdminFile) -> Option<Client> {
        let directory = &server.deployment().ports().directory;
        directory.find_client(&file.client_id).await.unwrap().client
    }

    #[tokio::test]
    async fn a_file_that_is_open_to_others_is_refused() {
        let data_dir = tempfile::tempdir().unwrap();
        drop(start(data_dir.path()).await.unwrap());
        let path = data_dir.path().join(FILE);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let refused = start(data_dir.path()).await.err().unwrap();
        assert!(refused.to_string().contains("chmod 600"), "{refused}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert!(start(data_dir.path()).await.is_ok());
    }

    #[tokio::test]
    async fn a_damaged_file_is_refused_before_anything_is_made() {
        let data_dir = tempfile::tempdir().unwrap();
        private_file::replace(&data_dir.path().join(FILE), b"{}").unwrap();
        assert!(start(data_dir.path()).await.is_err());
        assert_eq!(fs::read_dir(data_dir.path()).unwrap().count(), 1);
    }

    #[tokio::test]
    async fn a_store_that_is_gone_is_not_started_anew() {
        let data_dir = tempfile::tempdir().unwrap();
        drop(start(data_dir.path()).await.unwrap());
        fs::remove_file(data_dir.path().join("dynamodb.db")).unwrap();
        let refused = start(data_dir.path()).await.err().unwrap();
        assert!(matches!(refused, ServeError::LostStore { .. }), "{refused}");
    }

    #[tokio::test]
    async fn a_store_that_is_empty_is_not_started_anew() {
        let data_dir = tempfile::tempdir().unwrap();
        drop(start(data_dir.path()).await.unwrap());
        fs::write(data_dir.path().join("secrets.db"), "").unwrap();
        let refused = start(data_dir.path()).await.err().unwrap();
        assert!(matches!(refused, ServeError::LostStore { .. }), "{refused}");
    }

    #[tokio::test]
    async fn the_admin_is_protected_and_stays_the_same() {
        let data_dir = tempfile::tempdir().unwrap();
        let server = start(data_dir.path()).await.unwrap();
        assert!(server.new_admin_file().is_some());
        let first = AdminFile::read(data_dir.path()).unwrap();
        assert!(admin_of(&server, &first).await.unwrap().deletion_protection);
        drop(server);
        let server = start(data_dir.path()).await.unwrap();
        assert_eq!(server.new_admin_file(), None);
        let second = AdminFile::read(data_dir.path()).unwrap();
        assert_eq!(first.client_id, second.client_id);
    }

    #[tokio::test]
    async fn a_deleted_admin_is_told_of_and_replaced_on_demand() {
        let data_dir = tempfile::tempdir().unwrap();
        let server = start(data_dir.path()).await.unwrap();
        let file = AdminFile::read(data_dir.path()).unwrap();
        let admin = admin_of(&server, &file).await.unwrap();
        let ports = server.deployment().ports();
        let (expected, now) = (admin.revision, admin.created_at);
        let deleted = Client {
            state: ClientState::Deleted {
                restorable_until: now + SignedDuration::from_hours(1),
                was_disabled: false,
            },
            revision: expected.next(),
            ..admin
        };
        ports.clients.delete(&deleted, expected, now).await.unwrap();
        drop(server);
        let Err(error) = start(data_dir.path()).await else {
            panic!("started without an admin");
        };
        assert!(matches!(error, ServeError::AdminDeleted { .. }), "{error}");
        fs::remove_file(data_dir.path().join(FILE)).unwrap();
        let server = start(data_dir.path()).await.unwrap();
        let file = AdminFile::read(data_dir.path()).unwrap();
        let admin = admin_of(&server, &file).await.unwrap();
        assert_eq!(admin.state, ClientState::Active);
    }

    /// The first start, stopped before its `stop_at`th call of a store.
    async fn stopped_start(data_dir: &Path, stop_at: usize) -> Result<(), ServeError> {
        let stand_in = StandIn::open(data_dir).unwrap();
        let options = Options::for_test(data_dir);
        let record = record::settle(&options, ([127, 0, 0, 1], 1).into()).unwrap();
        let config = config_of(&options, &record);
        let sdk = stand_in.sdk_config();
        tables::create_table_if_missing(&sdk, &config.stores)
            .await
            .unwrap();
        let faults = Faults::around(stand_in.http_client());
        let sdk = sdk.into_builder().http_client(faults.http_client()).build();
        let random = Arc::new(SystemRandom);
        let stores = Stores::new(
            &sdk,
            &config.stores,
            &config.service.issuer,
            Arc::clone(&random) as _,
        );
        let clock = Arc::new(SystemClock);
        let deployment = deployment(&config.service, stores, clock, random).unwrap();
        faults.kill_at(stop_at);
        let first = first_owner(&record).unwrap();
        ensure(data_dir, &deployment, &first, None).await.map(drop)
    }

    #[tokio::test]
    async fn a_start_that_was_stopped_anywhere_leaves_one_admin_to_the_next() {
        for stop_at in 1.. {
            let data_dir = tempfile::tempdir().unwrap();
            let ended = stopped_start(data_dir.path(), stop_at).await;
            let server = start(data_dir.path()).await.unwrap();
            let file = AdminFile::read(data_dir.path()).unwrap();
            let owner = &admin_of(&server, &file).await.unwrap().owner;
            let clients = &server.deployment().ports().clients;
            let admins = clients
                .list(&ListedBy::Owner(owner.clone()), false, None, 10)
                .await
                .unwrap();
            let ids: Vec<_> = admins.into_iter().map(|admin| admin.id).collect();
            assert_eq!(ids, [file.client_id], "stopped at {stop_at}");
            if ended.is_ok() {
                assert!(stop_at > 3, "the owner and both steps of the client");
                return;
            }
        }
    }
}
