//! Write-only and ephemeral values with the real Terraform: they reach the provider and nothing
//! else.

mod common;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use common::{Workspace, example, terraform_is_here};

const SECRET: &str = "correct-horse-battery";

const CONFIGURATION: &str = r#"
terraform {
  required_providers {
    vault = { source = "example/vault" }
  }
}
provider "vault" {
  directory = "remote"
}
variable "secret" {
  type      = string
  ephemeral = true
  default   = "0123456789"
}
resource "vault_item" "first" {
  name              = "first"
  secret_wo         = var.secret
  secret_wo_version = "1"
}
ephemeral "vault_item" "first" {
  name = vault_item.first.id
}
resource "vault_item" "copy" {
  name              = "copy"
  secret_wo         = ephemeral.vault_item.first.secret
  secret_wo_version = "1"
}
data "vault_item" "copy" {
  name = vault_item.copy.id
}
output "length" {
  value = data.vault_item.copy.length
}
"#;

fn workspace(configuration: &str) -> Option<Workspace> {
    if !terraform_is_here() {
        return None;
    }
    let mut workspace = Workspace::new("example/vault", &example("vault"), configuration);
    workspace.set("TF_VAR_secret", SECRET);
    Some(workspace)
}

#[test]
fn a_secret_goes_to_the_vault_and_nowhere_else() {
    let Some(mut tf) = workspace(CONFIGURATION) else {
        return;
    };
    tf.succeed(&["init", "-no-color"]);
    let log = tf.path().join("trace.log");
    tf.set("TF_LOG", "trace");
    tf.set("TF_LOG_PATH", log.to_str().unwrap());
    let mut said = tf.succeed(&["plan", "-no-color", "-out=plan.bin"]);
    said += &tf.succeed(&["show", "-json", "plan.bin"]);
    said += &tf.succeed(&["apply", "-no-color", "plan.bin"]);
    said += &tf.succeed(&["show", "-json"]);
    tf.nothing_to_do();
    assert_eq!(tf.read("remote/first"), SECRET);
    assert_eq!(tf.read("remote/copy"), SECRET);
    assert!(said.contains("length = 21"), "{said}");
    assert!(!said.contains(SECRET));
    assert!(
        tf.files_with(SECRET).is_empty(),
        "{:?}",
        tf.files_with(SECRET)
    );
    let logged = tf.read("trace.log");
    assert!(logged.contains("writing an item") && logged.contains("closing an item"));
    assert!(logged.contains(r#"secret="(secret)""#) || logged.contains("secret=(secret)"));
}

#[test]
fn a_new_version_writes_the_secret_in_place() {
    let Some(mut tf) = workspace(CONFIGURATION) else {
        return;
    };
    tf.succeed(&["init", "-no-color"]);
    tf.succeed(&["apply", "-auto-approve", "-no-color"]);
    tf.set("TF_VAR_secret", "another secret altogether");
    tf.nothing_to_do();
    let changed = CONFIGURATION.replacen("version = \"1\"", "version = \"2\"", 1);
    tf.write("main.tf", &changed);
    let plan = tf.succeed(&["plan", "-no-color"]);
    assert!(
        plan.contains("0 to add, 1 to change, 0 to destroy"),
        "{plan}"
    );
    tf.succeed(&["apply", "-auto-approve", "-no-color"]);
    assert_eq!(tf.read("remote/first"), "another secret altogether");
    assert_eq!(tf.read("remote/copy"), SECRET);
    tf.nothing_to_do();
    tf.succeed(&["destroy", "-auto-approve", "-no-color"]);
    assert_eq!(
        std::fs::read_dir(tf.path().join("remote")).unwrap().count(),
        0
    );
}

#[test]
fn a_warning_about_a_secret_does_not_show_it() {
    let literal = CONFIGURATION.replace("= var.secret", "= \"hunter2\"");
    let Some(tf) = workspace(&literal) else {
        return;
    };
    tf.succeed(&["init", "-no-color"]);
    let said = tf.succeed(&["validate", "-no-color"]);
    assert!(
        said.contains("The secret is short") && said.contains("secret_wo"),
        "{said}"
    );
    assert!(!said.contains("hunter2"), "{said}");
}

#[test]
fn an_import_plans_only_what_cannot_be_known() {
    let only = CONFIGURATION
        .split("ephemeral \"vault_item\"")
        .next()
        .unwrap();
    let Some(tf) = workspace(only) else { return };
    tf.succeed(&["init", "-no-color"]);
    std::fs::create_dir(tf.path().join("remote")).unwrap();
    tf.write("remote/first", SECRET);
    tf.succeed(&["import", "-no-color", "vault_item.first", "first"]);
    let plan = tf.succeed(&["plan", "-no-color"]);
    assert!(
        plan.contains("0 to add, 1 to change, 0 to destroy"),
        "{plan}"
    );
    tf.succeed(&["apply", "-auto-approve", "-no-color"]);
    tf.nothing_to_do();
}

#[test]
fn a_crash_is_a_message_and_a_stack_trace() {
    let crashing = CONFIGURATION.replace("= \"first\"", "= \"panic\"");
    let Some(tf) = workspace(&crashing) else {
        return;
    };
    tf.succeed(&["init", "-no-color"]);
    let run = tf.run(&["apply", "-auto-approve", "-no-color"]);
    assert_eq!(run.code, 1);
    assert!(run.text.contains("The provider crashed"), "{}", run.text);
    assert!(run.text.contains("Stack trace from the"), "{}", run.text);
    assert!(
        run.text
            .contains("the name that shows what a crash looks like"),
        "{}",
        run.text
    );
}

/// A process that is killed at the end of the test.
struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn terraform_attaches_to_a_provider_that_waits() {
    let Some(mut tf) = workspace(CONFIGURATION) else {
        return;
    };
    let child = Command::new(example("vault"))
        .arg("--debug")
        .current_dir(tf.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut child = Killed(child);
    let stdout = child.0.stdout.take().unwrap();
    let mut lines = BufReader::new(stdout).lines();
    let variable = loop {
        let line = lines.next().unwrap().unwrap();
        if let Some((_, value)) = line.split_once("TF_REATTACH_PROVIDERS=") {
            break value.trim_matches('\'').to_owned();
        }
    };
    tf.set("TF_REATTACH_PROVIDERS", &variable);
    tf.succeed(&["apply", "-auto-approve", "-no-color"]);
    tf.nothing_to_do();
    tf.succeed(&["destroy", "-auto-approve", "-no-color"]);
    let interrupted = Command::new("kill")
        .args(["-INT", &child.0.id().to_string()])
        .status();
    assert!(interrupted.unwrap().success());
    assert!(child.0.wait().unwrap().success());
}
