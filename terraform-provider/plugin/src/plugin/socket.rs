//! The Unix socket: where it lies, who may use it, and that it goes away.

use std::fs;
use std::io;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Longer paths do not fit a socket address: 108 bytes on Linux, 104 on macOS, with a final zero.
const MAX_PATH: usize = 103;

/// How all sockets of this crate are called, so that leftovers can be told from other files.
const PREFIX: &str = "tfplugin-";

/// A listening socket whose file is removed when it is dropped.
pub(super) struct Socket {
    listener: UnixListener,
    path: PathBuf,
}

impl Socket {
    /// Listens in `directory`, else in the temporary one, else (if the path is too long) in /tmp.
    pub(super) fn bind(directory: Option<&Path>) -> io::Result<Self> {
        let directory = directory.map_or_else(std::env::temp_dir, Path::to_owned);
        let pid = std::process::id();
        for attempt in 0..100_u8 {
            let path = fitting(&directory, &format!("{PREFIX}{pid}-{attempt}"));
            match UnixListener::bind(&path) {
                Ok(listener) => {
                    let socket = Self { listener, path };
                    fs::set_permissions(&socket.path, fs::Permissions::from_mode(0o600))?;
                    return Ok(socket);
                }
                Err(error) if error.kind() == io::ErrorKind::AddrInUse => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::ErrorKind::AddrInUse.into())
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn directory(&self) -> PathBuf {
        self.path.parent().unwrap_or(Path::new("/tmp")).to_owned()
    }

    /// The listener for an asynchronous runtime.
    pub(super) fn listener(&self) -> io::Result<UnixListener> {
        self.listener.set_nonblocking(true)?;
        self.listener.try_clone()
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // The file may be gone with its directory.
        let _ = fs::remove_file(&self.path);
    }
}

fn fitting(directory: &Path, name: &str) -> PathBuf {
    let path = directory.join(name);
    if path.as_os_str().len() <= MAX_PATH {
        path
    } else {
        Path::new("/tmp").join(name)
    }
}

/// A process that is just starting refuses connections between binding its socket and listening
/// on it; one this old is not just starting.
pub(super) const LEFT_BEHIND: Duration = Duration::from_secs(60);

/// Removes sockets of at least that age that killed processes of this user left behind.
pub(super) fn sweep(directory: &Path, age: Duration) {
    let Ok(entries) = fs::read_dir(directory) else {
        return;
    };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(PREFIX) {
            remove_if_dead(&entry.path(), age);
        }
    }
}

/// A socket that refuses connections has no process; those of other users cannot be removed
/// from a directory with the sticky bit, such as /tmp.
fn remove_if_dead(path: &Path, age: Duration) {
    let Ok(file) = fs::symlink_metadata(path) else {
        return;
    };
    let elapsed = file.modified().ok().and_then(|at| at.elapsed().ok());
    if elapsed.is_none_or(|elapsed| elapsed < age) {
        return;
    }
    let refused = |error: io::Error| error.kind() == io::ErrorKind::ConnectionRefused;
    if file.file_type().is_socket() && UnixStream::connect(path).is_err_and(refused) {
        let _ = fs::remove_file(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_directory_falls_back_to_tmp() {
        let long = PathBuf::from("/").join("x".repeat(100));
        assert_eq!(
            fitting(&long, "s"),
            Path::new("/").join("x".repeat(100)).join("s")
        );
        assert_eq!(fitting(&long, "socket"), Path::new("/tmp/socket"));
    }

    #[test]
    fn a_socket_is_private_and_removed() {
        let directory = tempfile::tempdir().unwrap();
        let socket = Socket::bind(Some(directory.path())).unwrap();
        let path = socket.path().to_owned();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        let second = Socket::bind(Some(directory.path())).unwrap();
        assert_ne!(second.path(), path);
        drop(socket);
        assert!(!path.exists());
    }

    #[test]
    fn only_dead_sockets_are_swept() {
        let directory = tempfile::tempdir().unwrap();
        let alive = Socket::bind(Some(directory.path())).unwrap();
        let dead = directory.path().join("tfplugin-1-0");
        drop(UnixListener::bind(&dead).unwrap());
        let other = directory.path().join("tfplugin-file");
        fs::write(&other, "").unwrap();
        sweep(directory.path(), LEFT_BEHIND);
        assert!(dead.exists(), "it may be one that is just starting");
        sweep(directory.path(), Duration::ZERO);
        assert!(alive.path().exists() && other.exists() && !dead.exists());
    }
}
