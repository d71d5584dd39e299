//! Files that people name: certificates and secrets.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Larger than any certificate bundle or secret.
const MAX_LENGTH: u64 = 1024 * 1024;

/// Reads a file of at most 1 MiB: a device or a wrong path must not fill the memory.
///
/// # Errors
/// It cannot be read, or is longer.
pub fn read_small_file(path: &Path) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    File::open(path)?
        .take(MAX_LENGTH + 1)
        .read_to_end(&mut content)?;
    if content.len() as u64 > MAX_LENGTH {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "it is longer than 1 MiB",
        ));
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endless_file_is_refused() {
        assert_eq!(
            read_small_file(Path::new("/dev/zero")).unwrap_err().kind(),
            io::ErrorKind::FileTooLarge
        );
        assert_eq!(read_small_file(Path::new("/dev/null")).unwrap(), b"");
    }
}
