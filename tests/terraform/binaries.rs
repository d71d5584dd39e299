//! The programs that the tests run.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The provider, built together with this test.
pub(crate) fn provider() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_provider-under-test"))
}

/// Terraform; `None` says on stderr why the test does nothing.
pub(crate) fn terraform() -> Option<&'static Path> {
    static PATH: OnceLock<Option<PathBuf>> = OnceLock::new();
    let found = PATH.get_or_init(|| {
        std::env::split_paths(&std::env::var_os("PATH")?)
            .map(|directory| directory.join("terraform"))
            .find(|path| path.is_file())
    });
    if found.is_none() {
        let in_ci = std::env::var("CI").is_ok_and(|value| value == "true");
        assert!(
            !in_ci,
            "terraform is not on the PATH, and under CI=true it must be"
        );
        eprintln!("skipped: terraform is not on the PATH");
    }
    found.as_deref()
}
