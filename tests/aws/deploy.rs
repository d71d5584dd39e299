//! `tools/deploy.sh`, which `make deploy` runs once the packages are there.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use m2m_tests::programs;
use m2m_tests::terraform::Run;

use crate::account::Account;
use crate::infra::Infra;
use crate::packages;

/// Runs the script on the copy of `infra/` with the var file `{environment}.tfvars` and says yes to what it asks.
fn deploy(infra: &Infra, environment: &str, variables: &str, packages: &Path) -> Run {
    let home = infra.home();
    let tools = home.join("tools");
    fs::create_dir_all(&tools).unwrap();
    for name in ["deploy.sh", "package.py"] {
        let tool = programs::workspace().join("tools").join(name);
        fs::copy(tool, tools.join(name)).unwrap();
    }
    let file = home.join(format!("{environment}.tfvars"));
    fs::create_dir_all(file.parent().unwrap()).unwrap();
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

/// A package whose program says that it is for this machine (`e_machine` of ELF); it is never run.
fn package(infra: &Infra, machine: u8) -> PathBuf {
    let home = infra.home();
    let write = "import sys, zipfile\n\
                 zipfile.ZipFile(sys.argv[1], 'w').writestr('bootstrap', bytes(18) + bytes([int(sys.argv[2]), 0]))";
    let packages = home.join("packages");
    for function in ["clients", "maintenance", "token"] {
        let zip = packages.join(function).join("bootstrap.zip");
        fs::create_dir_all(zip.parent().unwrap()).unwrap();
        let mut command = Command::new("python3");
        command
            .args(["-c", write])
            .arg(zip)
            .arg(machine.to_string());
        Run::of(command).ok();
    }
    packages
}

const X86_64: u8 = 0x3e;
const POWERPC: u8 = 0x15;

#[test]
fn what_is_wrong_with_the_variables_is_said_before_anything_is_made() {
    let Some(infra) = Infra::new(Vec::new()) else {
        return;
    };
    let packages = package(&infra, X86_64);
    for (variables, said) in [
        (
            "alram_actions = []",
            "prod.tfvars sets what is no variable of infra/: alram_actions",
        ),
        (
            "architecture = \"arm64\"",
            "prod.tfvars says architecture = arm64, but the packages in",
        ),
        ("tags = {", "Missing expression"),
    ] {
        let variables = format!("name = \"prod\"\n{variables}");
        let run = deploy(&infra, "prod", &variables, &packages);
        assert_eq!(run.status, 2, "{}", run.said);
        run.says(&[said]);
    }
}

#[test]
fn packages_that_lambda_cannot_run_are_refused() {
    let Some(infra) = Infra::new(Vec::new()) else {
        return;
    };
    let packages = package(&infra, POWERPC);
    let run = deploy(&infra, "prod", "name = \"prod\"", &packages);
    assert_eq!(run.status, 2, "{}", run.said);
    run.says(&["0x15", "run `make package`"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_var_file_is_a_deployment_of_its_own() {
    let Some(account) = Account::open().await else {
        return;
    };
    let Some(infra) = Infra::new(account.environment()) else {
        return;
    };
    let packages = packages::directory();
    let named = |name: &str| format!("name = {name:?}");
    let prod = deploy(&infra, "prod", &named("m2m-prod"), packages).ok();
    prod.says(&[
        "0 changed, 0 destroyed",
        "m2m admin bootstrap --issuer https://",
        "--table m2m-prod ",
    ]);
    let staging = deploy(&infra, "staging", &named("m2m-staging"), packages).ok();
    staging.says(&["0 changed, 0 destroyed", "--table m2m-staging "]);
    let again = deploy(&infra, "prod", &named("m2m-prod"), packages).ok();
    again.says(&["0 added, 0 changed, 0 destroyed", "--table m2m-prod "]);

    // The same name for a file of something else.
    let elsewhere = [
        ("eu/prod", "name = \"m2m-other\""),
        ("us/prod", "name = \"m2m-prod\"\nregion = \"ap-south-1\""),
    ];
    for (file, variables) in elsewhere {
        let run = deploy(&infra, file, variables, packages);
        assert_eq!(run.status, 2, "{}", run.said);
        run.says(&["the workspace prod is that of the stack m2m-prod in us-east-1"]);
    }
}
