//! The programs under test, built once.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The service.
pub(crate) fn m2m() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| built("m2m"))
}

/// The provider.
pub(crate) fn provider() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| built("terraform-provider-m2m"))
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

/// A program in the target directory that this test was built in, brought up to date.
fn built(name: &str) -> PathBuf {
    build();
    let path = profile_directory().join(name);
    assert!(path.is_file(), "{} was not built", path.display());
    path
}

fn build() {
    static DONE: OnceLock<()> = OnceLock::new();
    DONE.get_or_init(|| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args([
                "build",
                "--quiet",
                "-p",
                "m2m-local",
                "-p",
                "terraform-provider-m2m",
                "--bins",
            ])
            .args((!cfg!(debug_assertions)).then_some("--release"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env("CARGO_TARGET_DIR", profile_directory().parent().unwrap());
        assert!(
            cargo.status().unwrap().success(),
            "the programs under test do not build"
        );
    });
}

/// `target/debug` of `target/debug/deps/this-test`.
fn profile_directory() -> PathBuf {
    let this = std::env::current_exe().unwrap();
    this.parent().and_then(Path::parent).unwrap().to_owned()
}
