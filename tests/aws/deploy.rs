//! `tools/deploy.sh`, which `make deploy` runs once the packages are there.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use m2m_tests::programs::{self, skipped};
use m2m_tests::terraform::Run;

use crate::account::Account;
use crate::infra::Infra;

/// Runs the script on the copy of `infra/` with the var file `{environment}.tfvars` and says yes to what it asks.
fn deploy(infra: &Infra, environment: &str, variables: &str, packages: &Path) -> Run {
    let home = infra.home();
    let tools = home.join("tools");
    fs::create_dir_all(&tools).unwrap();
    fs::copy(
        programs::workspace().join("tools/deploy.sh"),
        tools.join("deploy.sh"),
    )
    .unwrap();
    let file = home.join(format!("{environment}.tfvars"));
    fs::write(&file, variables).unwrap();
    let answer = home.join("answer");
    writeln!(fs::File::create(&answer).unwrap(), "yes").unwrap();

    let mut command = Command::new(tools.join("deploy.sh"));
    command
        .arg(file)
        .arg(packages)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .envs(infra.settings())
        .stdin(Stdio::from(fs::File::open(answer).unwrap()));
    Run::of(command)
}

#[test]
fn a_variable_that_nobody_declared_is_refused_before_anything_is_made() {
    let Some(infra) = Infra::new(Vec::new()) else {
        return;
    };
    let packages = infra.work().join("tests/packages");
    let run = deploy(
        &infra,
        "prod",
        "name = \"prod\"\nalram_actions = []",
        &packages,
    );
    assert_eq!(run.status, 2, "{}", run.said);
    run.says(&["prod.tfvars sets what is no variable of infra/: alram_actions"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_var_file_is_a_deployment_of_its_own() {
    let Some(account) = Account::open().await else {
        return;
    };
    let packages = programs::target().join("lambda-host");
    if !packages.is_dir() {
        skipped("there are no packages for this machine, which `make test-zips` makes");
        return;
    }
    let Some(infra) = Infra::new(account.environment()) else {
        return;
    };
    let named = |name: &str| format!("name = {name:?}\narchitecture = \"x86_64\"");
    let prod = deploy(&infra, "prod", &named("m2m-prod"), &packages).ok();
    prod.says(&[
        "0 changed, 0 destroyed",
        "m2m admin bootstrap --issuer https://",
        "--table m2m-prod ",
    ]);
    let staging = deploy(&infra, "staging", &named("m2m-staging"), &packages).ok();
    staging.says(&["0 changed, 0 destroyed", "--table m2m-staging "]);
    let again = deploy(&infra, "prod", &named("m2m-prod"), &packages).ok();
    again.says(&["0 added, 0 changed, 0 destroyed", "--table m2m-prod "]);
}
