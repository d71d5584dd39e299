//! The code by itself: its form, its types, its own tests, and what is known to be unsafe.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use m2m_tests::programs::{self, skipped};
use m2m_tests::terraform::Run;
use serde_json::Value;

use crate::infra::Infra;

/// A stack that can be planned without packages of one's own.
const PLANNED: &str = r#"
    name        = "planned"
    package_dir = "tests/packages"
"#;

#[test]
fn the_code_is_formatted() {
    let Some(terraform) = programs::terraform() else {
        return;
    };
    let mut command = Command::new(terraform);
    command
        .args(["fmt", "-check", "-recursive", "-no-color"])
        .current_dir(programs::workspace().join("infra"));
    let run = Run::of(command);
    assert_eq!(
        run.status, 0,
        "run `terraform fmt -recursive infra`: {}",
        run.said
    );
}

#[test]
fn the_code_is_valid_and_its_own_tests_pass() {
    let Some(infra) = Infra::new(Vec::new()) else {
        return;
    };
    infra.run(&["validate"]).ok();
    infra.run(&["test"]).ok().says(&["Success!", "0 failed"]);
}

#[test]
fn the_schema_is_the_real_one() {
    let Some(infra) = Infra::new(Vec::new()) else {
        return;
    };
    infra.edit("table.tf", "hash_key     = \"pk\"", "hash_keys    = \"pk\"");
    let unsupported = ["Unsupported argument", "\"hash_keys\" is not expected here"];
    infra.run(&["validate"]).fails_with(&unsupported);
}

#[test]
fn every_function_of_the_workspace_is_deployed() {
    let Some(infra) = Infra::new(Vec::new()) else {
        return;
    };
    infra.set(&format!("{PLANNED}authorizer = {{}}"));
    infra.run(&["plan", "-out=plan"]).ok();
    let plan = infra.run(&["show", "-json", "plan"]).ok();
    let plan: Value = serde_json::from_str(&plan.stdout).unwrap();
    let functions = &plan["planned_values"]["outputs"]["function_names"]["value"];
    let planned: BTreeSet<_> = functions.as_object().unwrap().keys().cloned().collect();
    assert_eq!(planned, functions_of_the_workspace());
}

fn functions_of_the_workspace() -> BTreeSet<String> {
    let directory = programs::workspace().join("functions");
    let entries = fs::read_dir(directory).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name());
    names.map(|name| name.into_string().unwrap()).collect()
}

#[test]
fn without_packages_the_plan_says_what_makes_them() {
    let Some(infra) = Infra::new(Vec::new()) else {
        return;
    };
    infra.set("name = \"bare\"\npackage_dir = \"nowhere\"");
    infra
        .run(&["plan"])
        .fails_with(&["nowhere", "run `make package`"]);
}

#[test]
fn without_an_emulator_nothing_is_applied() {
    let Some(infra) = Infra::new(Vec::new()) else {
        return;
    };
    infra.set(PLANNED);
    infra
        .apply()
        .fails_with(&["stand-in of hashicorp/aws", "AWS_ENDPOINT_URL"]);
    let state = infra.run(&["state", "list"]).stdout;
    assert!(!state.contains("aws_lambda_function"), "{state}");
}

#[test]
fn nothing_in_the_code_or_the_plan_is_known_to_be_unsafe() {
    let Some(infra) = Infra::new(Vec::new()) else {
        return;
    };
    let workspace = programs::workspace();
    if !workspace.join(".venv/bin/checkov").exists() {
        skipped("checkov is not in .venv, which `make .venv` makes");
        return;
    }
    infra.set(&format!("{PLANNED}authorizer = {{}}"));
    infra.run(&["plan", "-out=plan"]).ok();
    let plan = infra.run(&["show", "-json", "plan"]).ok();
    let file = infra.work().join("plan.json");
    fs::write(&file, plan.stdout).unwrap();
    let mut command = Command::new(workspace.join("tools/check-infra.sh"));
    command.arg(file).current_dir(workspace);
    Run::of(command).ok().says(&["cfn-lint: nothing wrong"]);
}
