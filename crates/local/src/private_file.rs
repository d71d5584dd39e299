//! Files that only their owner may read, written whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// Writes a file with mode 0600 beside its place and moves it there, durably.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let beside = write_beside(path, content)?;
    fs::rename(&beside, path)?;
    sync_directory(path)
}

/// As [`replace`], but where there is a file already, it stays and this fails.
pub(crate) fn create(path: &Path, content: &[u8]) -> io::Result<()> {
    let beside = write_beside(path, content)?;
    // Unlike a rename, a link never takes the place of another file.
    let linked = fs::hard_link(&beside, path);
    fs::remove_file(&beside)?;
    linked?;
    sync_directory(path)
}

/// Gives a file a second name, durably. Again is no error; another file of that name is.
pub(crate) fn keep_as(path: &Path, second: &Path) -> io::Result<()> {
    match fs::hard_link(path, second) {
        Err(error)
            if error.kind() == io::ErrorKind::AlreadyExists
                && fs::read(path)? == fs::read(second)? => {}
        linked => linked?,
    }
    sync_directory(second)
}

fn write_beside(path: &Path, content: &[u8]) -> io::Result<PathBuf> {
    let beside = path.with_extension("new");
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&beside)?;
    file.write_all(content)?;
    file.sync_all()?;
    Ok(beside)
}

fn sync_directory(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(directory) if directory != Path::new("") => File::open(directory)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_file_that_is_there_is_not_created_again() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("admin.json");
        create(&path, b"first").unwrap();
        let refused = create(&path, b"second").unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"first");
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
    }
}
