//! Programs that the tests run.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Terraform; `None` says on stderr why the test does nothing.
pub fn terraform() -> Option<&'static Path> {
    static PATH: OnceLock<Option<PathBuf>> = OnceLock::new();
    let found = PATH.get_or_init(|| {
        let directories = std::env::var_os("PATH")?;
        let mut programs = std::env::split_paths(&directories).map(|path| path.join("terraform"));
        programs.find(|path| path.is_file())
    });
    if found.is_none() {
        skipped("terraform is not on the PATH");
    }
    found.as_deref()
}

/// The program `m2m`, brought up to date.
pub fn m2m() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let packages = ["-p", "m2m-local", "-p", "terraform-provider-m2m", "--bins"];
        let built = Command::new(env!("CARGO"))
            .args(["build", "--quiet"])
            .args(packages)
            .args((!cfg!(debug_assertions)).then_some("--release"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env("CARGO_TARGET_DIR", target())
            .status();
        assert!(built.unwrap().success(), "m2m does not build");
        profile().join("m2m")
    })
}

/// The build directory, `target` of `target/debug/deps/this-test`.
pub fn target() -> PathBuf {
    profile().parent().unwrap().to_owned()
}

/// The directory of the workspace.
pub fn workspace() -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    tests.parent().unwrap().to_owned()
}

fn profile() -> PathBuf {
    let this = std::env::current_exe().unwrap();
    this.ancestors().nth(2).unwrap().to_owned()
}

/// Says why a test does nothing; under `CI=true` it has to do something.
pub fn skipped(reason: &str) {
    let in_ci = std::env::var("CI").is_ok_and(|value| value == "true");
    assert!(!in_ci, "{reason}, and under CI=true it must be");
    eprintln!("skipped: {reason}");
}
