//! The directory that keeps everything: who may use it, and which files it has.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::ambient::Ambient;
use super::error::StandInError;

/// The bytes of an AES-256 key.
pub(super) const KEY_BYTES: usize = 32;

/// An AES-256 key.
pub(super) type Key = Zeroizing<[u8; KEY_BYTES]>;

/// A directory that is locked against other processes while this lives. The system releases the
/// lock when the process ends, however it ends.
#[derive(Debug)]
pub(super) struct DataDir {
    path: PathBuf,
    _lock: File,
}

impl DataDir {
    /// Makes the directory if need be and takes the lock.
    pub(super) fn open(path: &Path) -> Result<Self, StandInError> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .map_err(failed("create", path))?;
        let lock_file = path.join("lock");
        let lock = private(OpenOptions::new().write(true).create(true).truncate(false))
            .open(&lock_file)
            .map_err(failed("open", &lock_file))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self {
                path: path.to_owned(),
                _lock: lock,
            }),
            Err(TryLockError::WouldBlock) => Err(StandInError::InUse(path.to_owned())),
            Err(TryLockError::Error(source)) => Err(failed("lock", &lock_file)(source)),
        }
    }

    /// The key of the secrets store, made at first start.
    pub(super) fn secrets_key(&self, ambient: &Ambient) -> Result<Key, StandInError> {
        let path = self.path.join("secrets.key");
        match read_key(&path) {
            Err(StandInError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                self.refuse_a_later_start(&path, &["secrets.db", "dynamodb.db"])?;
                make_key(&path, ambient)
            }
            key => key,
        }
    }

    /// The file of the secrets store.
    pub(super) fn secrets_db(&self) -> Result<PathBuf, StandInError> {
        let path = self.path.join("secrets.db");
        if !exists(&path)? {
            self.refuse_a_later_start(&path, &["dynamodb.db"])?;
        }
        make_private(path)
    }

    /// The file of the DynamoDB tables.
    pub(super) fn dynamodb_db(&self) -> Result<PathBuf, StandInError> {
        make_private(self.path.join("dynamodb.db"))
    }

    fn refuse_a_later_start(&self, missing: &Path, later: &[&str]) -> Result<(), StandInError> {
        for name in later {
            let present = self.path.join(name);
            if exists(&present)? {
                return Err(StandInError::Missing {
                    missing: missing.to_owned(),
                    present,
                });
            }
        }
        Ok(())
    }
}

fn read_key(path: &Path) -> Result<Key, StandInError> {
    let bytes = Zeroizing::new(fs::read(path).map_err(failed("read", path))?);
    let mode = fs::metadata(path)
        .map_err(failed("examine", path))?
        .permissions()
        .mode();
    if mode & 0o077 != 0 {
        return Err(StandInError::ExposedKey(path.to_owned()));
    }
    let key = <[u8; KEY_BYTES]>::try_from(bytes.as_slice())
        .map_err(|_| StandInError::DamagedKey(path.to_owned()))?;
    Ok(Zeroizing::new(key))
}

/// Under another name first, so that a crash leaves either no key or a whole one.
fn make_key(path: &Path, ambient: &Ambient) -> Result<Key, StandInError> {
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    (ambient.random)(key.as_mut_slice())?;
    let unfinished = path.with_extension("key.new");
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(failed("remove", &unfinished)(error));
        }
        _ => {}
    }
    let mut file = private(OpenOptions::new().write(true).create_new(true))
        .open(&unfinished)
        .map_err(failed("create", &unfinished))?;
    file.write_all(key.as_slice())
        .and_then(|()| file.sync_all())
        .map_err(failed("write", &unfinished))?;
    fs::rename(&unfinished, path).map_err(failed("create", path))?;
    sync_parent(path)?;
    Ok(key)
}

/// SQLite gives its journals the mode of the database, so the database is made here, with the
/// mode we want.
fn make_private(path: PathBuf) -> Result<PathBuf, StandInError> {
    private(OpenOptions::new().write(true).create(true).truncate(false))
        .open(&path)
        .map_err(failed("open", &path))?;
    sync_parent(&path)?;
    Ok(path)
}

/// Makes the names in the directory of `path` durable.
fn sync_parent(path: &Path) -> Result<(), StandInError> {
    let parent = path.parent().unwrap_or(path);
    File::open(parent)
        .and_then(|directory| directory.sync_all())
        .map_err(failed("sync", parent))
}

fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    options.mode(0o600)
}

fn exists(path: &Path) -> Result<bool, StandInError> {
    path.try_exists().map_err(failed("examine", path))
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StandInError {
    let path = path.to_owned();
    move |source| StandInError::File {
        action,
        path,
        source,
    }
}
