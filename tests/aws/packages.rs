//! The packages that are deployed: the functions of this code, for this machine.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use m2m_tests::programs;

/// What they are built for, as Lambda calls it.
pub(crate) const ARCHITECTURE: &str = if cfg!(target_arch = "aarch64") {
    "arm64"
} else {
    "x86_64"
};

/// The directory with them, brought up to date: what is deployed is the code beside these tests.
pub(crate) fn directory() -> &'static Path {
    static DIRECTORY: OnceLock<PathBuf> = OnceLock::new();
    DIRECTORY.get_or_init(|| {
        let built = Command::new("python3")
            .args(["tools/package.py", "--host"])
            .current_dir(programs::workspace())
            .env("CARGO_TARGET_DIR", programs::target())
            .status();
        assert!(built.unwrap().success(), "the packages do not build");
        programs::target().join("lambda-host")
    })
}
