//! HashiCorp's equivalence tests, run by their own runner against the mock provider of this
//! package. They lie outside the repository: in `$EQUIVALENCE_TESTS`, else in
//! `shared/equivalence` beside the clone.

mod common;

use std::path::{Path, PathBuf};
use std::process::Command;

/// How many cases there are at least; fewer means that something did not run.
const CASES: u32 = 22;

/// The directory with the runner, if there is one.
fn suite() -> Option<PathBuf> {
    let directory = match std::env::var_os("EQUIVALENCE_TESTS") {
        Some(directory) => directory.into(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/equivalence"),
    };
    directory
        .canonicalize()
        .ok()
        .filter(|directory| directory.join("run.py").is_file())
}

#[test]
fn terraform_prints_what_it_prints_with_the_public_mock() {
    let Some(suite) = suite() else {
        eprintln!("skipped: there are no equivalence tests (EQUIVALENCE_TESTS names their place)");
        return;
    };
    if !common::terraform_is_here() {
        return;
    }
    let work = tempfile::tempdir().unwrap();
    let output = Command::new("python3")
        .arg(suite.join("run.py"))
        .arg(env!("CARGO_BIN_EXE_tfcoremock"))
        .arg(&suite)
        .arg(work.path())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    println!("{text}{}", String::from_utf8_lossy(&output.stderr));
    let last = text.lines().last().unwrap_or_default();
    let passed = last
        .split_once(" passed, 0 failed")
        .map(|(passed, _)| passed.parse::<u32>());
    assert!(
        matches!(passed, Some(Ok(passed)) if passed >= CASES),
        "{text}"
    );
}
