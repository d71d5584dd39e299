//! `m2m admin`: making admin clients, with an operator's credentials or by access to files.

mod error;

use std::path::{Path, PathBuf};

use m2m_core::bootstrap::{FirstOwner, NewAdmin};
use m2m_core::client::{Client, ClientState};
use m2m_core::clients::Clients;
use m2m_core::deployment::Deployment;
use m2m_types::client_id::ClientId;
use m2m_types::names::{ClientName, OrganizationId, OwnerId};
use m2m_types::scope::ScopeSet;

pub use error::AdminError;

use crate::private_file;
use crate::serve::{AdminFile, AdminFileError};

/// Whose admin client is made, and where its credentials go.
#[derive(Debug, Clone)]
pub struct AdminRequest {
    /// On whose behalf it acts.
    pub owner: OwnerId,
    /// The tenant of the owner.
    pub organization: OrganizationId,
    /// The file for the credentials.
    pub out: PathBuf,
}

/// What came of it.
#[derive(Debug)]
pub struct Admin {
    /// The admin client whose credentials are in the file.
    pub client_id: ClientId,
    /// Whether it was made now; otherwise an earlier run had finished.
    pub is_new: bool,
    /// The other live admin clients of the owner.
    pub others: Vec<Client>,
    /// Where the credentials are now that were in the file; none: there were none that could count.
    pub set_aside: Option<PathBuf>,
}

/// Makes what a deployment needs to be managed: its own secrets, the first owner with these permissions, and
/// its admin client. After a stop in between, the same call goes on.
///
/// # Errors
/// There is an admin client already, the file is in the way, or a store failed.
pub async fn bootstrap(
    deployment: &Deployment,
    permissions: ScopeSet,
    request: &AdminRequest,
) -> Result<Admin, AdminError> {
    let place = Place::examine(deployment, request).await?;
    // In the wrong region there is no table, and keys made there would be found by a later deployment.
    deployment.ports().directory.ping().await?;
    deployment.provision_keys().await?;
    let clients = deployment.clients();
    let wanted = FirstOwner {
        owner: request.owner.clone(),
        organization: request.organization.clone(),
        permissions,
    };
    clients.provision_first_owner(&wanted).await?;
    let owner = clients
        .present_owner(&request.owner, &request.organization)
        .await
        .map_err(AdminError::NoFirstOwner)?;
    let admins = clients.admins_of(&owner.owner).await?;
    match place {
        Place::HoldsAdmin(client_id) => Ok(Admin::found(client_id, admins)),
        _ if !admins.is_empty() => Err(AdminError::HasAdmins(ids(&admins))),
        place => make(deployment, &owner, place, admins, &request.out).await,
    }
}

/// Makes another admin client of an owner whose admin clients' credentials are lost. Those stay as they are.
///
/// # Errors
/// There is no such owner, the file is in the way, or a store failed.
pub async fn recover(deployment: &Deployment, request: &AdminRequest) -> Result<Admin, AdminError> {
    let place = Place::examine(deployment, request).await?;
    let clients = deployment.clients();
    let owner = clients
        .present_owner(&request.owner, &request.organization)
        .await
        .map_err(AdminError::NoOwner)?;
    let admins = clients.admins_of(&owner.owner).await?;
    match place {
        Place::HoldsAdmin(client_id) => Err(AdminError::NotLost {
            client_id,
            path: request.out.clone(),
        }),
        place => make(deployment, &owner, place, admins, &request.out).await,
    }
}

impl Admin {
    fn found(client_id: ClientId, admins: Vec<Client>) -> Self {
        let others = admins.into_iter().filter(|admin| admin.id != client_id);
        Self {
            others: others.collect(),
            client_id,
            is_new: false,
            set_aside: None,
        }
    }
}

/// What is where the credentials are to go.
enum Place {
    /// Nothing.
    Free,
    /// The credentials of a client that was never finished: they count for nothing.
    LeftBehind,
    /// The credentials of a client that this table does not have: after a stop before it was made, or because
    /// the table is another one, where they count.
    Unknown,
    /// The credentials of a live client.
    HoldsAdmin(ClientId),
}

impl Place {
    async fn examine(deployment: &Deployment, request: &AdminRequest) -> Result<Self, AdminError> {
        let file = match AdminFile::at(request.out.clone()) {
            Ok(file) => file,
            Err(AdminFileError::Unreadable { source, .. })
                if source.kind() == std::io::ErrorKind::NotFound =>
            {
                return Ok(Self::Free);
            }
            Err(_) => return Err(AdminError::InTheWay(request.out.clone())),
        };
        if file.endpoint != deployment.settings().issuer {
            return Err(AdminError::InTheWay(request.out.clone()));
        }
        let found = deployment.ports().directory.find_client(&file.client_id);
        match found.await?.client.map(|client| client.state) {
            Some(ClientState::Active | ClientState::Disabled) => {
                Ok(Self::HoldsAdmin(file.client_id))
            }
            Some(ClientState::Pending | ClientState::Abandoned) => Ok(Self::LeftBehind),
            None => Ok(Self::Unknown),
            Some(ClientState::Deleted { .. }) => Err(AdminError::InTheWay(request.out.clone())),
        }
    }
}

/// The file is written before the client exists, as the local server does it: a stop in between leaves
/// credentials that mean nothing, not a client whose secret nobody has.
async fn make(
    deployment: &Deployment,
    owner: &FirstOwner,
    place: Place,
    others: Vec<Client>,
    out: &Path,
) -> Result<Admin, AdminError> {
    let clients: Clients = deployment.clients();
    let admin = clients.prepare_admin(owner, ClientName::parse("admin")?);
    let set_aside = write(deployment, &admin, place, out)?;
    let client_id = admin.client_id().clone();
    clients.insert_admin(admin).await?;
    Ok(Admin {
        client_id,
        is_new: true,
        others,
        set_aside,
    })
}

/// Writes the file; where the one is now that was in its place.
fn write(
    deployment: &Deployment,
    admin: &NewAdmin,
    place: Place,
    out: &Path,
) -> Result<Option<PathBuf>, AdminError> {
    let file = AdminFile {
        endpoint: deployment.settings().issuer.clone(),
        client_id: admin.client_id().clone(),
        client_secret: admin.client_secret().clone(),
        ca_cert_file: None,
    };
    let unwritable = |source| AdminError::Unwritable {
        path: out.to_owned(),
        source,
    };
    let json = file.to_json().map_err(unwritable)?;
    match place {
        Place::Unknown => {
            let old = set_aside(out)?;
            private_file::replace(out, &json).map_err(unwritable)?;
            return Ok(Some(old));
        }
        Place::LeftBehind => private_file::replace(out, &json),
        Place::Free | Place::HoldsAdmin(_) => private_file::create(out, &json),
    }
    .map_err(unwritable)?;
    Ok(None)
}

fn set_aside(out: &Path) -> Result<PathBuf, AdminError> {
    let mut old = out.to_owned().into_os_string();
    old.push(".old");
    let old = PathBuf::from(old);
    match private_file::keep_as(out, &old) {
        Ok(()) => Ok(old),
        Err(source) if source.kind() == std::io::ErrorKind::AlreadyExists => {
            Err(AdminError::InTheWay(old))
        }
        Err(source) => Err(AdminError::Unwritable { path: old, source }),
    }
}

fn ids(clients: &[Client]) -> String {
    let ids: Vec<_> = clients.iter().map(|client| client.id.as_str()).collect();
    ids.join(", ")
}
