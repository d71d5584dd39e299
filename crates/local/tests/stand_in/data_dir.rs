//! The data directory: who may read it, and what must be in it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use m2m_local::stand_in::{StandIn, StandInError};

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn open(directory: &Path) -> Result<(), StandInError> {
    StandIn::open(directory).map(drop)
}

/// A directory that was in use before.
fn used() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    open(directory.path()).unwrap();
    directory
}

#[test]
fn the_directory_and_all_its_files_are_private() {
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("a").join("data");
    let _stand_in = StandIn::open(&directory).unwrap();
    assert_eq!(mode(&directory), 0o700);
    for entry in fs::read_dir(&directory).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{path:?}");
    }
    for name in ["secrets.key", "secrets.db", "dynamodb.db"] {
        assert!(directory.join(name).exists(), "{name}");
    }
}

#[test]
fn a_second_process_is_refused_while_the_first_lives() {
    let directory = tempfile::tempdir().unwrap();
    let first = StandIn::open(directory.path()).unwrap();
    assert!(matches!(
        open(directory.path()),
        Err(StandInError::InUse(_))
    ));
    drop(first);
    open(directory.path()).unwrap();
}

#[test]
fn a_lost_key_is_not_replaced() {
    let directory = used();
    let key = directory.path().join("secrets.key");
    fs::remove_file(&key).unwrap();
    let error = open(directory.path()).unwrap_err();
    assert!(matches!(&error, StandInError::Missing { missing, .. } if *missing == key));
    assert!(!key.exists());
}

#[test]
fn a_lost_secrets_store_is_not_replaced() {
    let directory = used();
    fs::remove_file(directory.path().join("secrets.db")).unwrap();
    assert!(matches!(
        open(directory.path()),
        Err(StandInError::Missing { .. })
    ));
}

#[test]
fn the_key_of_another_store_is_refused() {
    let (one, other) = (used(), used());
    let key = "secrets.key";
    fs::copy(other.path().join(key), one.path().join(key)).unwrap();
    assert!(matches!(open(one.path()), Err(StandInError::WrongKey)));
}

#[test]
fn a_damaged_or_exposed_key_is_refused() {
    let directory = used();
    let key = directory.path().join("secrets.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(
        open(directory.path()),
        Err(StandInError::ExposedKey(_))
    ));
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&key, [0; 31]).unwrap();
    assert!(matches!(
        open(directory.path()),
        Err(StandInError::DamagedKey(_))
    ));
}

#[test]
fn a_start_that_was_cut_short_is_taken_up() {
    let directory = tempfile::tempdir().unwrap();
    // Before the key had its name.
    fs::write(directory.path().join("secrets.key.new"), [0; 7]).unwrap();
    open(directory.path()).unwrap();
    // Before either store had its tables.
    let directory = tempfile::tempdir().unwrap();
    fs::copy(
        used().path().join("secrets.key"),
        directory.path().join("secrets.key"),
    )
    .unwrap();
    fs::write(directory.path().join("secrets.db"), []).unwrap();
    open(directory.path()).unwrap();
    open(directory.path()).unwrap();
}

#[test]
fn a_store_of_a_later_version_is_left_alone() {
    let directory = used();
    let store = rusqlite::Connection::open(directory.path().join("secrets.db")).unwrap();
    store.pragma_update(None, "user_version", 7).unwrap();
    drop(store);
    let error = open(directory.path()).unwrap_err();
    assert!(matches!(
        error,
        StandInError::NewerFormat { found: 7, known: 1 }
    ));
}

#[test]
fn a_directory_that_cannot_be_made_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let error = open(&file.path().join("data")).unwrap_err();
    assert!(error.to_string().contains("data"), "{error}");
}
