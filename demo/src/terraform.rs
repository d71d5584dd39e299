//! Real Terraform on the demo's configuration, without a network.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use crate::child::command;
use crate::{Outcome, beside, say, server};
use m2m_local::serve::AdminFile;
use serde::Deserialize;

/// The configuration that is applied.
const MAIN_TF: &str = include_str!("../../terraform-provider/provider/examples/demo/main.tf");
/// The address of the provider in the mirror.
const PROVIDER: &str = "registry.terraform.io/m2m-oauth/m2m";

/// Terraform in a directory of its own, with the provider from a mirror on disk.
pub(crate) struct Terraform {
    directory: PathBuf,
    environment: Vec<(&'static str, String)>,
}

#[derive(Deserialize)]
struct Version {
    platform: String,
}

impl Terraform {
    /// Prepares a directory and a mirror; none: there is no terraform on this machine.
    pub(crate) async fn find(
        binaries: &Path,
        work: &Path,
        admin: &AdminFile,
    ) -> Outcome<Option<Self>> {
        let Ok(version) = command("terraform")
            .args(["version", "-json"])
            .output()
            .await
        else {
            return Ok(None);
        };
        let version: Version = serde_json::from_slice(&version.stdout)?;
        let release = env!("CARGO_PKG_VERSION");
        let mirror = work.join("mirror");
        let place = mirror.join(PROVIDER).join(release).join(version.platform);
        std::fs::create_dir_all(&place)?;
        let provider = std::fs::canonicalize(beside(binaries, "terraform-provider-m2m")?)?;
        symlink(
            provider,
            place.join(format!("terraform-provider-m2m_v{release}")),
        )?;
        let directory = work.join("terraform");
        std::fs::create_dir_all(&directory)?;
        std::fs::write(directory.join("main.tf"), MAIN_TF)?;
        let config = work.join("terraform.rc");
        let installation = format!(
            "provider_installation {{\n  filesystem_mirror {{\n    path = {mirror:?}\n  }}\n}}\n"
        );
        std::fs::write(&config, installation)?;
        let environment = vec![
            ("TF_CLI_CONFIG_FILE", config.to_string_lossy().into_owned()),
            ("TF_IN_AUTOMATION", "1".to_owned()),
            ("TF_INPUT", "0".to_owned()),
            ("CHECKPOINT_DISABLE", "1".to_owned()),
            ("M2M_ENDPOINT", admin.endpoint.to_string()),
            ("M2M_CLIENT_ID", admin.client_id.to_string()),
            ("M2M_CLIENT_SECRET", admin.client_secret.expose().to_owned()),
            (
                "M2M_CA_CERT_FILE",
                server::ca_file(admin).to_string_lossy().into_owned(),
            ),
        ];
        Ok(Some(Self {
            directory,
            environment,
        }))
    }

    pub(crate) async fn init(&self) -> Outcome<()> {
        self.run(&["init", "-no-color"]).await.map(drop)
    }

    pub(crate) async fn apply(&self) -> Outcome<()> {
        self.run(&["apply", "-auto-approve", "-no-color"])
            .await
            .map(|output| show_progress(&output))
    }

    pub(crate) async fn destroy(&self) -> Outcome<()> {
        self.run(&["destroy", "-auto-approve", "-no-color"])
            .await
            .map(|output| show_progress(&output))
    }

    /// `-detailed-exitcode` makes a plan with changes fail.
    pub(crate) async fn expect_empty_plan(&self) -> Outcome<()> {
        self.run(&["plan", "-detailed-exitcode", "-no-color"])
            .await
            .map(drop)
    }

    pub(crate) async fn output(&self, name: &str) -> Outcome<String> {
        let output = self.run(&["output", "-raw", name]).await?;
        Ok(String::from_utf8(output.stdout)?)
    }

    async fn run(&self, arguments: &[&str]) -> Outcome<Output> {
        let output = command("terraform")
            .args(arguments)
            .current_dir(&self.directory)
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .output()
            .await?;
        if output.status.success() {
            return Ok(output);
        }
        let (stdout, stderr) = (
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr),
        );
        Err(format!("terraform {} failed\n{stdout}{stderr}", arguments[0]).into())
    }
}

/// Terraform's own words about what it did.
fn show_progress(output: &Output) {
    for line in String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter(|line| line.contains(" complete"))
    {
        say::remark(line);
    }
}
