//! A copy of `infra/` that Terraform works in.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use aws_provider_stub::AwsProvider;
use m2m_tests::programs;
use m2m_tests::terraform::{self, Run};
use serde_json::Value;
use tempfile::TempDir;

/// A copy with its own state and the stand-in for the AWS provider.
pub(crate) struct Infra {
    home: TempDir,
    environment: Vec<(&'static str, String)>,
}

impl Infra {
    /// A copy that is initialised; `None` without Terraform.
    pub(crate) fn new(environment: Vec<(&'static str, String)>) -> Option<Self> {
        programs::terraform()?;
        let infra = Self {
            home: TempDir::new().unwrap(),
            environment,
        };
        copy(&programs::workspace().join("infra"), &infra.work());
        let provider = Path::new(env!("CARGO_BIN_EXE_aws-provider-under-test"));
        let version = AwsProvider::VERSION;
        terraform::install(infra.home.path(), "hashicorp/aws", version, provider);
        infra.run(&["init"]).ok();
        Some(infra)
    }

    /// The directory that holds everything.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// What a program needs in its environment to run this Terraform.
    pub(crate) fn settings(&self) -> Vec<(&'static str, OsString)> {
        let home = self.home.path();
        let own = [
            ("HOME", home.into()),
            ("TMPDIR", home.into()),
            ("TF_CLI_CONFIG_FILE", home.join("terraformrc").into()),
            ("TF_CLI_ARGS", "-no-color".into()),
            ("CHECKPOINT_DISABLE", "1".into()),
        ];
        let given = self.environment.iter();
        let given = given.map(|(name, value)| (*name, value.into()));
        own.into_iter().chain(given).collect()
    }

    /// Where Terraform works.
    pub(crate) fn work(&self) -> PathBuf {
        self.home.path().join("infra")
    }

    /// Sets variables, as a var file.
    pub(crate) fn set(&self, variables: &str) {
        fs::write(self.work().join("test.auto.tfvars"), variables).unwrap();
    }

    /// Replaces a text in a file of the module; it must stand there once.
    pub(crate) fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.work().join("modules/m2m-oauth").join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.matches(from).count(), 1, "{from:?} in {file}");
        fs::write(path, text.replace(from, to)).unwrap();
    }

    /// Runs a command without colours and questions.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        Run::of(self.command(arguments))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        // Unwrap: without Terraform there is no value of this type.
        let mut command = terraform::command(self.home.path(), &self.work()).unwrap();
        command
            .args(arguments)
            .envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Applies.
    pub(crate) fn apply(&self) -> Run {
        self.run(&["apply", "-auto-approve"])
    }

    /// Plans; status 0 is an empty plan, 2 a plan with changes.
    pub(crate) fn plan(&self) -> Run {
        self.run(&["plan", "-detailed-exitcode"])
    }

    /// The outputs by name.
    pub(crate) fn outputs(&self) -> Value {
        let shown = self.run(&["output", "-json"]).ok();
        let outputs: serde_json::Map<String, Value> = serde_json::from_str(&shown.stdout).unwrap();
        let values = outputs
            .into_iter()
            .map(|(name, output)| (name, output["value"].clone()));
        Value::Object(values.collect())
    }
}

/// Copies what belongs to the code, not what Terraform left beside it.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let is_left = name.starts_with(".terraform") || name.contains("tfstate");
        let is_own = name.ends_with(".tfvars");
        if is_left || is_own {
            continue;
        }
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else {
            fs::copy(&path, to.join(name)).unwrap();
        }
    }
}
