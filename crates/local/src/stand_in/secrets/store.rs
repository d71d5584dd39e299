//! The SQLite file of the secrets store.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, TransactionBehavior, params};
use zeroize::Zeroizing;

use super::call::Call;
use super::error::SecretsError;
use super::seal::{Place, Sealer};
use crate::stand_in::ambient::Ambient;
use crate::stand_in::data_dir::{KEY_BYTES, Key};
use crate::stand_in::error::StandInError;

/// The format of the file, kept in `PRAGMA user_version`.
const FORMAT: i64 = 1;

/// Sealed when the file is made; that it opens shows that the key belongs to the file.
const CHECK: Place<'static> = Place {
    arn: "sealed_check",
    version_id: "",
};

/// The secrets with their versions.
pub(in crate::stand_in) struct Secrets {
    connection: Mutex<Connection>,
    sealer: Sealer,
    ambient: Ambient,
}

impl Secrets {
    /// Opens the store in `file`, which may be empty.
    pub(in crate::stand_in) fn open(
        file: &Path,
        key: &Key,
        ambient: Ambient,
    ) -> Result<Self, StandInError> {
        Self::of(Connection::open(file)?, key, ambient)
    }

    /// An empty store, not kept.
    pub(in crate::stand_in) fn memory(ambient: Ambient) -> Result<Self, StandInError> {
        let mut key = Zeroizing::new([0; KEY_BYTES]);
        (ambient.random)(key.as_mut_slice())?;
        Self::of(Connection::open_in_memory()?, &key, ambient)
    }

    fn of(connection: Connection, key: &Key, ambient: Ambient) -> Result<Self, StandInError> {
        let sealer =
            Sealer::new(key, ambient.random.clone()).map_err(|_| StandInError::WrongKey)?;
        let mut connection = prepare(connection)?;
        match connection.query_row("PRAGMA user_version", [], |row| row.get(0))? {
            0 => initialize(&mut connection, &sealer)?,
            FORMAT => check_key(&connection, &sealer)?,
            found => {
                return Err(StandInError::NewerFormat {
                    found,
                    known: FORMAT,
                });
            }
        }
        Ok(Self {
            connection: Mutex::new(connection),
            sealer,
            ambient,
        })
    }

    /// Runs `work` on a consistent view of the store.
    pub(super) fn with_rows<T>(
        &self,
        work: impl FnOnce(&Call<'_>) -> Result<T, SecretsError>,
    ) -> Result<T, SecretsError> {
        let mut connection = self.lock();
        let transaction = connection.transaction()?;
        work(&self.call(&transaction))
    }

    /// Runs `work` and makes its changes durable, or changes nothing if it fails.
    pub(super) fn with_changes<T>(
        &self,
        work: impl FnOnce(&Call<'_>) -> Result<T, SecretsError>,
    ) -> Result<T, SecretsError> {
        let mut connection = self.lock();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let call = self.call(&transaction);
        call.purge()?;
        let result = work(&call)?;
        transaction.commit()?;
        Ok(result)
    }

    fn call<'a>(&'a self, rows: &'a Connection) -> Call<'a> {
        Call {
            rows,
            sealer: &self.sealer,
            random: &self.ambient.random,
            now: milliseconds((self.ambient.clock)()),
        }
    }

    /// A panic while the lock was held has rolled its transaction back, so nothing is half done.
    fn lock(&self) -> MutexGuard<'_, Connection> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Every commit reaches the disk before it is acknowledged (`synchronous = FULL`).
fn prepare(connection: Connection) -> rusqlite::Result<Connection> {
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "secure_delete", true)?;
    Ok(connection)
}

fn initialize(connection: &mut Connection, sealer: &Sealer) -> Result<(), StandInError> {
    let sealed = sealer
        .seal(CHECK, b"")
        .map_err(|_| crate::stand_in::RandomError)?;
    let transaction = connection.transaction()?;
    transaction.execute_batch(include_str!("schema.sql"))?;
    transaction.execute(
        "INSERT INTO sealed_check (sealed) VALUES (?1)",
        params![sealed],
    )?;
    transaction.pragma_update(None, "user_version", FORMAT)?;
    Ok(transaction.commit()?)
}

fn check_key(connection: &Connection, sealer: &Sealer) -> Result<(), StandInError> {
    let sealed: Vec<u8> =
        connection.query_row("SELECT sealed FROM sealed_check", [], |row| row.get(0))?;
    sealer
        .open(CHECK, &sealed)
        .map(drop)
        .map_err(|_| StandInError::WrongKey)
}

/// Times before 1970 count as 1970.
fn milliseconds(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
