//! Why no admin client was made.

use std::io;
use std::path::PathBuf;

use m2m_core::bootstrap::NoOwner;
use m2m_core::clients::ClientsError;
use m2m_core::ports::StoreError;
use m2m_types::InvalidText;
use m2m_types::client_id::ClientId;

/// Why no admin client was made, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// The deployment is bootstrapped.
    #[error(
        "there is an admin client already: {0}; if its credentials are lost, `m2m admin recover` makes another"
    )]
    HasAdmins(String),
    /// The organization exists and belongs to others.
    #[error("the first owner cannot be made; name another with --owner and --organization")]
    NoFirstOwner(#[source] NoOwner),
    /// Nobody to act for.
    #[error(
        "there is nobody to make an admin client for; name who was bootstrapped with --owner and --organization, \
         or run `m2m admin bootstrap` on a new deployment"
    )]
    NoOwner(#[source] NoOwner),
    /// The file holds what is asked for.
    #[error(
        "nothing is lost: {} has the credentials of the live admin client {client_id}; for another one name \
         another file with --out", path.display()
    )]
    NotLost {
        /// Which client.
        client_id: ClientId,
        /// Which file.
        path: PathBuf,
    },
    /// The file is something else.
    #[error(
        "{} exists and is not overwritten: name another file with --out", .0.display()
    )]
    InTheWay(PathBuf),
    /// The file cannot be written.
    #[error("cannot write {}", path.display())]
    Unwritable {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// A name does not fit.
    #[error(transparent)]
    Name(#[from] InvalidText),
    /// A store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The client could not be made.
    #[error("cannot make the admin client; run the same command again")]
    Client(#[from] ClientsError),
}
