//! What the tests with the real Terraform share.

#![allow(dead_code, reason = "each test binary uses its own part")]
#![expect(clippy::unwrap_used, reason = "it is all test code")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// Whether Terraform can be run; without it the test is skipped, on CI it fails.
#[expect(clippy::print_stderr, reason = "a skipped test says why")]
pub(crate) fn terraform_is_here() -> bool {
    let found = Command::new("terraform").arg("version").output().is_ok();
    let ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
    assert!(found || !ci, "terraform is not on the PATH");
    if !found {
        eprintln!("skipped: terraform is not on the PATH");
    }
    found
}

/// An example of this package, which is built along with its tests.
pub(crate) fn example(name: &str) -> PathBuf {
    let built = Path::new(env!("CARGO_BIN_EXE_tfcoremock"));
    let example = built.with_file_name("examples").join(name);
    assert!(
        example.is_file(),
        "the example {name} is not built: run cargo test without --test"
    );
    example
}

/// A directory with a configuration, and a Terraform that knows only one provider and no network.
pub(crate) struct Workspace {
    directory: TempDir,
    environment: Vec<(String, String)>,
}

impl Workspace {
    /// A workspace whose provider `source`, such as `example/vault`, is `binary`.
    pub(crate) fn new(source: &str, binary: &Path, configuration: &str) -> Self {
        let workspace = Self::bare(configuration);
        let name = source.rsplit('/').next().unwrap();
        let system = if cfg!(target_os = "macos") {
            "darwin"
        } else {
            "linux"
        };
        let machine = if cfg!(target_arch = "x86_64") {
            "amd64"
        } else {
            "arm64"
        };
        let mirror = workspace
            .path()
            .join("mirror/registry.terraform.io")
            .join(source);
        let place = mirror.join("0.1.0").join(format!("{system}_{machine}"));
        std::fs::create_dir_all(&place).unwrap();
        let plugin = place.join(format!("terraform-provider-{name}_v0.1.0"));
        std::os::unix::fs::symlink(binary, plugin).unwrap();
        workspace
    }

    /// A workspace without any provider.
    pub(crate) fn bare(configuration: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mirror = directory.path().join("mirror");
        std::fs::create_dir_all(&mirror).unwrap();
        let rc = format!(
            "provider_installation {{\n  filesystem_mirror {{\n    path = {:?}\n  }}\n}}\n",
            mirror.to_str().unwrap()
        );
        let workspace = Self {
            directory,
            environment: Vec::new(),
        };
        workspace.write("terraform.rc", &rc);
        workspace.write("main.tf", configuration);
        workspace
    }

    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn set(&mut self, name: &str, value: &str) {
        self.environment.push((name.to_owned(), value.to_owned()));
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        std::fs::write(self.path().join(file), text).unwrap();
    }

    pub(crate) fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.path().join(file)).unwrap()
    }

    /// Runs Terraform, whatever comes of it.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        let output = Command::new("terraform")
            .args(arguments)
            .current_dir(self.path())
            .env("TF_CLI_CONFIG_FILE", self.path().join("terraform.rc"))
            .env("CHECKPOINT_DISABLE", "1")
            .env("TF_IN_AUTOMATION", "1")
            .env("TF_INPUT", "0")
            .env_remove("TF_LOG")
            .env_remove("TF_PLUGIN_CACHE_DIR")
            .envs(self.environment.iter().cloned())
            .output()
            .unwrap();
        Run::new(arguments, output)
    }

    /// Runs Terraform, which must succeed.
    pub(crate) fn succeed(&self, arguments: &[&str]) -> String {
        let run = self.run(arguments);
        assert_eq!(run.code, 0, "{}", run.text);
        run.text
    }

    /// Asserts that there is nothing to do, also with `-refresh-only`. There the words count: for
    /// its exit code Terraform 1.11 compares cached forms of equal values, and may find 2.
    pub(crate) fn nothing_to_do(&self) {
        let plan = self.run(&["plan", "-no-color", "-detailed-exitcode"]);
        assert_eq!(plan.code, 0, "{}", plan.text);
        let refreshed = self.succeed(&["plan", "-no-color", "-refresh-only"]);
        assert!(refreshed.contains("found no differences"), "{refreshed}");
    }

    /// Every file of the workspace that holds `text`, except the configuration.
    pub(crate) fn files_with(&self, text: &str) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut directories = vec![self.path().to_owned()];
        while let Some(directory) = directories.pop() {
            for entry in std::fs::read_dir(directory).unwrap() {
                let path = entry.unwrap().path();
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                if path.is_dir() && name != "mirror" && name != "remote" {
                    directories.push(path);
                } else if path.is_file() && !name.ends_with(".tf") {
                    let bytes = std::fs::read(&path).unwrap();
                    if bytes
                        .windows(text.len())
                        .any(|window| window == text.as_bytes())
                    {
                        found.push(path);
                    }
                }
            }
        }
        found
    }
}

/// What a run of Terraform said.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) text: String,
}

impl Run {
    fn new(arguments: &[&str], output: Output) -> Self {
        let text = format!(
            "terraform {}\n{}{}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        Self {
            code: output.status.code().unwrap_or(-1),
            text,
        }
    }
}
