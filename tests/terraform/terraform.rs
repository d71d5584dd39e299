//! Terraform in a directory of its own, with nothing of the machine's configuration.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::binaries;

/// What every configuration starts with.
const HEADER: &str = r#"terraform {
  required_providers {
    m2m = { source = "registry.terraform.io/m2m-oauth/m2m" }
  }
}
"#;

/// A working directory.
pub(crate) struct Terraform {
    program: &'static Path,
    directory: TempDir,
    pub(crate) environment: Vec<(String, String)>,
}

/// What a command did.
pub(crate) struct Run {
    pub(crate) status: i32,
    /// Both streams as one line: Terraform breaks its messages where they get long.
    pub(crate) said: String,
    /// Standard output as it was.
    pub(crate) stdout: String,
}

impl Terraform {
    /// A directory with this configuration and a provider that is set by the environment; `None`
    /// without Terraform.
    pub(crate) fn new(configuration: &str, environment: Vec<(String, String)>) -> Option<Self> {
        let terraform = Self {
            program: binaries::terraform()?,
            directory: TempDir::new().unwrap(),
            environment,
        };
        terraform.install();
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
        let output = self
            .command(arguments)
            .envs(variables.iter().copied())
            .output()
            .unwrap();
        let stdout = String::from_utf8(output.stdout).unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        Run {
            status: output.status.code().unwrap(),
            said: one_line(&format!("{stdout}\n{stderr}")),
            stdout,
        }
    }

    /// A command with nothing of the machine's environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let home = self.directory.path();
        let mut command = Command::new(self.program);
        command
            .args(arguments)
            .current_dir(self.work())
            .env_clear()
            .env("HOME", home)
            .env("TMPDIR", home)
            .env("TF_CLI_CONFIG_FILE", home.join("terraformrc"))
            .env("TF_CLI_ARGS", "-no-color")
            .envs([
                ("CHECKPOINT_DISABLE", "1"),
                ("TF_IN_AUTOMATION", "1"),
                ("TF_INPUT", "0"),
            ])
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

    /// Puts the provider where Terraform looks for it, and nothing else.
    fn install(&self) {
        let home = self.directory.path();
        fs::create_dir(self.work()).unwrap();
        let mirror = home.join("mirror");
        let platform = format!("{}_{}", terraform_os(), terraform_arch());
        let directory = mirror
            .join("registry.terraform.io/m2m-oauth/m2m/0.1.0")
            .join(platform);
        fs::create_dir_all(&directory).unwrap();
        let link = directory.join("terraform-provider-m2m_v0.1.0");
        std::os::unix::fs::symlink(binaries::provider(), link).unwrap();
        let rc = format!(
            "provider_installation {{\n  filesystem_mirror {{\n    path = {:?}\n  }}\n}}\n",
            mirror.display().to_string()
        );
        fs::write(home.join("terraformrc"), rc).unwrap();
    }
}

impl Run {
    /// The command must have worked.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.status, 0, "{}", self.said);
        self
    }

    /// The command must have failed and said all of this.
    #[track_caller]
    pub(crate) fn fails_with(self, texts: &[&str]) -> Self {
        assert_eq!(self.status, 1, "{}", self.said);
        self.says(texts)
    }

    /// The command must have said all of this.
    #[track_caller]
    pub(crate) fn says(self, texts: &[&str]) -> Self {
        for text in texts {
            assert!(
                self.said.contains(text),
                "{text:?} is not in: {}",
                self.said
            );
        }
        self
    }

    /// The plan must be empty.
    #[track_caller]
    pub(crate) fn changes_nothing(self) {
        assert_eq!(self.status, 0, "the plan is not empty: {}", self.said);
    }

    /// The plan must have changes.
    #[track_caller]
    pub(crate) fn has_changes(self) -> Self {
        assert_eq!(self.status, 2, "{}", self.said);
        self
    }
}

/// Without line breaks and the bars beside a message.
pub(crate) fn one_line(text: &str) -> String {
    let words = text
        .split_whitespace()
        .filter(|word| !matches!(*word, "│" | "╷" | "╵"));
    words.collect::<Vec<_>>().join(" ")
}

fn terraform_os() -> &'static str {
    match std::env::consts::OS {
        "macos" => "darwin",
        os => os,
    }
}

fn terraform_arch() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        arch => arch,
    }
}
