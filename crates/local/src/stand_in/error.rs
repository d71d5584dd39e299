//! Why the stores do not work.

use std::io;
use std::path::PathBuf;

use super::ambient::RandomError;

/// Why the stores do not work.
#[derive(Debug, thiserror::Error)]
pub enum StandInError {
    /// Another process works on this directory; two would corrupt each other's view of it.
    #[error("{0} is in use by another process")]
    InUse(PathBuf),
    /// A file or directory could not be made, read or written.
    #[error("could not {action} {path}")]
    File {
        /// What was tried, as a verb.
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The directory holds data of an earlier run, but this part of it is gone. A new one would
    /// make the old secrets unreadable without a word, so none is made.
    #[error(
        "{missing} is missing although {present} exists: restore it from a backup, or remove the \
         whole directory to start afresh"
    )]
    Missing {
        /// The file which is not there.
        missing: PathBuf,
        /// The file which shows that it once was.
        present: PathBuf,
    },
    /// The key file does not hold a key.
    #[error("{0} is damaged: it does not hold 32 bytes")]
    DamagedKey(PathBuf),
    /// Others than the owner may read the key.
    #[error("{0} is open to other users: run chmod 600 on it")]
    ExposedKey(PathBuf),
    /// The key is not the one which the stored secrets were sealed with.
    #[error("secrets.key does not belong to this secrets.db")]
    WrongKey,
    /// The secrets store was written by a later version of this program.
    #[error("secrets.db has format {found}, and this version reads format {known}")]
    NewerFormat {
        /// The format of the file.
        found: i64,
        /// The newest format this program knows.
        known: i64,
    },
    /// SQLite refused the secrets store.
    #[error("could not open the secrets store")]
    Secrets(#[from] rusqlite::Error),
    /// The DynamoDB store could not be opened or cleaned up.
    #[error("the DynamoDB store failed")]
    DynamoDb(#[from] dynoxide::DynoxideError),
    /// No key could be made.
    #[error("could not make a key")]
    Random(#[from] RandomError),
}
