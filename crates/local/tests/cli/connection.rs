//! Which of several named services is called: told apart by how calling each of them fails.

use std::process::Command;

/// Nothing answers there.
const ELSEWHERE: &str = "http://127.0.0.1:9";
const ENVIRONMENT: [(&str, &str); 3] = [
    ("M2M_ENDPOINT", ELSEWHERE),
    ("M2M_CLIENT_ID", "m2m_elsewhere"),
    ("M2M_CLIENT_SECRET", "a-secret-of-elsewhere"),
];
/// A data directory where no service has been.
const NO_ADMIN: &str = "has `m2m serve` been started on this data directory?";
const INCOMPLETE: &str = "set M2M_ENDPOINT, M2M_CLIENT_ID and M2M_CLIENT_SECRET together";
const TWICE: &str = "either --data-dir or --endpoint";

#[track_caller]
fn check(arguments: &[&str], environment: &[(&str, &str)], expected: &str) {
    let directory = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_m2m"))
        .arg("token")
        .args(arguments)
        .env_clear()
        .envs(environment.iter().copied())
        .current_dir(directory.path())
        .output()
        .unwrap();
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        !output.status.success() && told.contains(expected),
        "{told}"
    );
}

#[test]
fn without_credentials_the_admin_of_the_default_data_directory_calls() {
    check(&[], &[], NO_ADMIN);
}

#[test]
fn credentials_of_the_environment_come_before_the_default_data_directory() {
    // Fails before it calls, and so at once.
    let mut environment = ENVIRONMENT.to_vec();
    environment.push(("M2M_CA_CERT_FILE", "no-such-authority"));
    check(&[], &environment, "no-such-authority");
    environment.push(("M2M_DATA_DIR", "data"));
    check(&[], &environment, "no-such-authority");
}

#[test]
fn a_data_directory_that_is_an_argument_comes_before_the_environment() {
    check(&["--data-dir", "data"], &ENVIRONMENT, NO_ADMIN);
    check(&["--data-dir", "data"], &ENVIRONMENT[..1], NO_ADMIN);
}

#[test]
fn a_service_that_is_an_argument_comes_before_the_environment() {
    let other = ["--endpoint", "http://127.0.0.1:10"];
    check(&other, &ENVIRONMENT, other[1]);
    check(&other, &[("M2M_DATA_DIR", "data")], INCOMPLETE);
}

#[test]
fn a_data_directory_beside_a_service_is_refused() {
    check(&["--data-dir", "data", "--endpoint", ELSEWHERE], &[], TWICE);
}
