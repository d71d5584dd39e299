//! Terraform in a directory of its own, with nothing of the machine's configuration.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) use m2m_tests::terraform::{Run, one_line};
use m2m_tests::{programs, terraform};
use tempfile::TempDir;

/// What every configuration starts with.
const HEADER: &str = r#"terraform {
  required_providers {
    m2m = { source = "registry.terraform.io/m2m-oauth/m2m" }
  }
}
"#;

/// A working directory.
pub(crate) struct Terraform {
    directory: TempDir,
    pub(crate) environment: Vec<(String, String)>,
}

impl Terraform {
    /// A directory with this configuration and a provider that is set by the environment; `None`
    /// without Terraform.
    pub(crate) fn new(configuration: &str, environment: Vec<(String, String)>) -> Option<Self> {
        programs::terraform()?;
        let terraform = Self {
            directory: TempDir::new().unwrap(),
            environment,
        };
        fs::create_dir(terraform.work()).unwrap();
        let provider = Path::new(env!("CARGO_BIN_EXE_provider-under-test"));
        let home = terraform.directory.path();
        terraform::install(home, "m2m-oauth/m2m", "0.1.0", provider);
        terraform.write(configuration);
        terraform.run(&["init"]).ok();
        Some(terraform)
    }

    /// Replaces the configuration.
    pub(crate) fn write(&self, configuration: &str) {
        fs::write(
            self.work().join("main.tf"),
            format!("{HEADER}\n{configuration}"),
        )
        .unwrap();
    }

    /// Where Terraform works.
    pub(crate) fn work(&self) -> PathBuf {
        self.directory.path().join("work")
    }

    /// Runs a command without colours and questions.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        self.run_with(arguments, &[])
    }

    /// The same with further variables.
    pub(crate) fn run_with(&self, arguments: &[&str], variables: &[(&str, &str)]) -> Run {
        let mut command = self.command(arguments);
        command.envs(variables.iter().copied());
        Run::of(command)
    }

    /// A command with nothing of the machine's environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let command = terraform::command(self.directory.path(), &self.work());
        // Unwrap: without Terraform there is no value of this type.
        let mut command = command.unwrap();
        command
            .args(arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Applies the configuration.
    pub(crate) fn apply(&self) -> Run {
        self.run(&["apply", "-auto-approve"])
    }

    /// Plans; status 0 is an empty plan, 2 a plan with changes.
    pub(crate) fn plan(&self) -> Run {
        self.run(&["plan", "-detailed-exitcode"])
    }

    /// The attributes of a resource in the state.
    pub(crate) fn attributes(&self, address: &str) -> serde_json::Value {
        let shown = self.run(&["show", "-json"]);
        let state: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
        let resources = state["values"]["root_module"]["resources"]
            .as_array()
            .cloned();
        resources
            .unwrap_or_default()
            .into_iter()
            .find(|resource| resource["address"] == address)
            .map(|resource| resource["values"].clone())
            .unwrap_or_default()
    }

    /// A string attribute of a resource in the state.
    pub(crate) fn attribute(&self, address: &str, name: &str) -> String {
        let attributes = self.attributes(address);
        attributes[name]
            .as_str()
            .unwrap_or_else(|| panic!("{name} in {attributes}"))
            .to_owned()
    }

    /// The state file, byte for byte.
    pub(crate) fn state(&self) -> String {
        fs::read_to_string(self.work().join("terraform.tfstate")).unwrap()
    }
}
