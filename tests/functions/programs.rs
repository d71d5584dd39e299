//! The programs of the functions.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use m2m_lambda_emulator::Function;
use m2m_tests::programs::target;

use crate::stores::Stores;

/// What is packaged; `make test-aws` has built it already.
const PROFILE: &str = "function";

/// The names of the functions, in the order of the workspace.
pub(crate) fn names() -> &'static [String] {
    static NAMES: OnceLock<Vec<String>> = OnceLock::new();
    NAMES.get_or_init(|| m2m_lambda_emulator::functions(&manifest()).unwrap())
}

/// Those of them that no gateway asks to answer requests of the service.
const ASKED_BY_OTHERS: &[&str] = &["authorizer", "maintenance"];

/// The names of those that answer requests.
pub(crate) fn answering() -> impl Iterator<Item = &'static str> {
    let names = names().iter().map(String::as_str);
    names.filter(|name| !ASKED_BY_OTHERS.contains(name))
}

/// The program of a function, brought up to date.
pub(crate) fn program(name: &str) -> PathBuf {
    static DIRECTORY: OnceLock<PathBuf> = OnceLock::new();
    DIRECTORY.get_or_init(build).join(name)
}

/// Starts a function on these stores and waits until it is ready.
pub(crate) async fn start(name: &str, stores: &Stores) -> Function {
    start_with(name, stores, &[]).await
}

/// [`start`] with further variables, which win over the usual ones.
pub(crate) async fn start_with(
    name: &str,
    stores: &Stores,
    more: &[(&'static str, &str)],
) -> Function {
    let usual = stores.environment();
    let mut environment: Vec<_> = usual.iter().map(|(k, v)| (*k, v.as_str())).collect();
    environment.extend_from_slice(more);
    let function = Function::start(&program(name), &environment).await.unwrap();
    function.api().first_poll().await;
    function
}

fn manifest() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")
}

fn build() -> PathBuf {
    let packages = names().iter().flat_map(|name| ["-p", name.as_str()]);
    let arguments: Vec<_> = ["--profile", PROFILE].into_iter().chain(packages).collect();
    cargo_build(&arguments);
    target().join(PROFILE)
}

fn cargo_build(arguments: &[&str]) {
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet"])
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("CARGO_TARGET_DIR", target())
        .status();
    assert!(built.unwrap().success(), "cargo build {arguments:?} failed");
}
