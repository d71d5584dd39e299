//! Terraform with nothing of the machine's configuration, and what it says.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::programs;

/// What a command did.
pub struct Run {
    /// How it ended.
    pub status: i32,
    /// Both streams as one line: Terraform breaks its messages where they get long.
    pub said: String,
    /// Standard output as it was.
    pub stdout: String,
}

/// Puts a provider where Terraform looks for it below `home`: `source` is `namespace/name`.
pub fn install(home: &Path, source: &str, version: &str, provider: &Path) {
    let name = source.rsplit('/').next().unwrap();
    let mirror = home.join("mirror");
    let platform = format!("{}_{}", system(), machine());
    let directory = mirror.join("registry.terraform.io").join(source);
    let directory = directory.join(version).join(platform);
    fs::create_dir_all(&directory).unwrap();
    let link = directory.join(format!("terraform-provider-{name}_v{version}"));
    std::os::unix::fs::symlink(provider, link).unwrap();
    let rc = format!(
        "provider_installation {{\n  filesystem_mirror {{\n    path = {:?}\n  }}\n}}\n",
        mirror.display().to_string()
    );
    fs::write(home.join("terraformrc"), rc).unwrap();
}

/// A command of Terraform in `work`, without colours, questions and the machine's environment; `None` without
/// Terraform, said on stderr.
pub fn command(home: &Path, work: &Path) -> Option<Command> {
    let mut command = Command::new(programs::terraform()?);
    command
        .current_dir(work)
        .env_clear()
        .env("HOME", home)
        .env("TMPDIR", home)
        .env("TF_CLI_CONFIG_FILE", home.join("terraformrc"))
        .env("TF_CLI_ARGS", "-no-color")
        .env("CHECKPOINT_DISABLE", "1")
        .env("TF_IN_AUTOMATION", "1")
        .env("TF_INPUT", "0");
    Some(command)
}

impl Run {
    /// Runs a command to its end.
    pub fn of(mut command: Command) -> Self {
        let output = command.output().unwrap();
        let stdout = String::from_utf8(output.stdout).unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        Self {
            status: output.status.code().unwrap(),
            said: one_line(&format!("{stdout}\n{stderr}")),
            stdout,
        }
    }

    /// The command must have worked.
    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.status, 0, "{}", self.said);
        self
    }

    /// The command must have failed and said all of this.
    #[track_caller]
    pub fn fails_with(self, texts: &[&str]) -> Self {
        assert_eq!(self.status, 1, "{}", self.said);
        self.says(texts)
    }

    /// The command must have said all of this.
    #[track_caller]
    pub fn says(self, texts: &[&str]) -> Self {
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
    pub fn changes_nothing(self) {
        assert_eq!(self.status, 0, "the plan is not empty: {}", self.said);
    }

    /// The plan must have changes.
    #[track_caller]
    pub fn has_changes(self) -> Self {
        assert_eq!(self.status, 2, "{}", self.said);
        self
    }
}

/// Without line breaks and the bars beside a message.
pub fn one_line(text: &str) -> String {
    let words = text
        .split_whitespace()
        .filter(|word| !matches!(*word, "│" | "╷" | "╵"));
    words.collect::<Vec<_>>().join(" ")
}

fn system() -> &'static str {
    match std::env::consts::OS {
        "macos" => "darwin",
        os => os,
    }
}

fn machine() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        arch => arch,
    }
}
