//! What the program tells on standard error.

use std::process::Command;

fn told(arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let directory = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_m2m"))
        .args(arguments)
        .env_clear()
        .envs(environment.iter().copied())
        .current_dir(directory.path())
        .output()
        .unwrap();
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn serve_reads_the_variables_that_the_functions_read() {
    for (name, value) in [
        ("M2M_ISSUER", "not an issuer"),
        ("M2M_SECRET_STORAGE", "somewhere"),
        ("M2M_SIGNING_ALG", "none"),
    ] {
        let told = told(&["serve"], &[(name, value)]);
        assert!(told.contains(value), "{name}: {told}");
    }
}

#[test]
fn a_client_without_scopes_is_remarked_upon() {
    let environment = [
        ("M2M_ENDPOINT", "http://127.0.0.1:9"),
        ("M2M_CLIENT_ID", "m2m_a"),
        ("M2M_CLIENT_SECRET", "a-secret"),
    ];
    let create = ["clients", "create", "a"];
    let remark = "without --scopes";
    assert!(told(&create, &environment).contains(remark));
    let with_scopes = [&create[..], &["--scopes", "read"]].concat();
    assert!(!told(&with_scopes, &environment).contains(remark));
}
