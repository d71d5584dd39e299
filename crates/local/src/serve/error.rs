//! Why the server cannot serve.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use m2m_core::caller::InvalidTrustedIssuers;
use m2m_core::clients::ClientsError;
use m2m_core::ports::StoreError;
use m2m_types::InvalidText;
use m2m_types::client_id::ClientId;
use m2m_types::issuer::Issuer;

use super::AdminFileError;
use crate::stand_in::StandInError;

/// Why the server cannot serve, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address is not of this machine alone.
    #[error("{0} is not a loopback address: m2m serve is for this machine; use 127.0.0.1 or [::1]")]
    NotLoopback(SocketAddr),
    /// The port is taken.
    #[error(
        "cannot listen on {address}: is another program there? --listen 127.0.0.1:0 takes any free port"
    )]
    Listen {
        /// Which address.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The data directory cannot be used.
    #[error(transparent)]
    StandIn(#[from] StandInError),
    /// There is nothing in the directory.
    #[error("no service has run on {}: is it the directory that `m2m serve --data-dir` was given?", .0.display())]
    NeverServed(PathBuf),
    /// The issuer is another than at the first start.
    #[error(
        "this data directory belongs to the issuer {recorded}, not {wanted}: with --change-issuer every \
         access token that was issued dies, and clients must be told the new address"
    )]
    AnotherIssuer {
        /// The recorded one.
        recorded: Issuer,
        /// The wanted one.
        wanted: Issuer,
    },
    /// An option that is read at the first start says something else now.
    #[error(
        "{option} was {recorded:?} at the first start, as {} says, and cannot become {wanted:?}: leave the \
         option out, or begin anew with another data directory", path.display()
    )]
    AnotherSetting {
        /// Which option.
        option: &'static str,
        /// What it was.
        recorded: String,
        /// What it is to be.
        wanted: String,
        /// Where that is recorded.
        path: PathBuf,
    },
    /// The admin client was deleted.
    #[error(
        "the admin client {client_id} was deleted: remove {} and start again, which makes a new one",
        path.display()
    )]
    AdminDeleted {
        /// Which client.
        client_id: ClientId,
        /// The file with its credentials.
        path: PathBuf,
    },
    /// What earlier starts kept is gone.
    #[error(
        "{} is missing or empty, with everything that was in it: put it back, or remove the whole directory to \
         start anew",
        path.display()
    )]
    LostStore {
        /// The lost file.
        path: PathBuf,
    },
    /// A file of the data directory cannot be read or written.
    #[error("cannot use {}", path.display())]
    File {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The admin file cannot be used.
    #[error(transparent)]
    AdminFile(#[from] AdminFileError),
    /// The certificate cannot be made.
    #[error("cannot make a TLS certificate")]
    Tls(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The authorities of clients cannot be used.
    #[error(
        "cannot use --client-ca {}: it must be a PEM file with the certificates of the authorities that clients' \
         certificates chain to", path.display()
    )]
    ClientCa {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A login provider does not fit.
    #[error("M2M_TRUSTED_ISSUERS: {0}")]
    TrustedIssuers(#[from] InvalidTrustedIssuers),
    /// The login provider of this machine cannot sign.
    #[error("the login provider of the data directory cannot sign")]
    DevLogin,
    /// A setting does not fit.
    #[error(transparent)]
    Setting(#[from] InvalidText),
    /// The embedded store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The admin client could not be made.
    #[error("cannot make the admin client")]
    Admin(#[from] ClientsError),
    /// The listener broke.
    #[error("the listener broke")]
    Serve(#[source] io::Error),
}
