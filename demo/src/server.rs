//! The service that the demo talks to: the real binary on a fresh data directory.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use m2m_client::{Api, Config, Credentials};
use m2m_local::serve::AdminFile;
use m2m_types::client_id::ClientId;
use m2m_types::token_request::UnverifiedSecret;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;
use tokio::time::timeout;

use crate::child::command;
use crate::{Outcome, beside};

/// How long the service may take to start.
const START: Duration = Duration::from_secs(20);
/// How long it may take to stop.
const STOP: Duration = Duration::from_secs(15);

/// A running `m2m serve`; it ends with the demo, however that ends.
pub(crate) struct Server {
    process: Child,
    admin: AdminFile,
    ca_cert: Vec<u8>,
}

impl Server {
    /// Starts it over HTTPS on a free port and waits for its first word.
    pub(crate) async fn start(binaries: &Path, data_dir: &Path) -> Outcome<Self> {
        let mut process = command(beside(binaries, "m2m")?)
            .args(["serve", "--tls", "--listen", "127.0.0.1:0", "--log", "warn"])
            .args(["--permissions", "orders:read orders:write", "--data-dir"])
            .arg(data_dir)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let stdout = process.stdout.take().ok_or("the service has no output")?;
        let mut lines = BufReader::new(stdout).lines();
        let first = timeout(START, lines.next_line())
            .await
            .map_err(|_| "the service did not start in time")??;
        first.ok_or("the service did not start")?;
        let admin = AdminFile::read(data_dir)?;
        let ca_file = admin
            .ca_cert_file
            .clone()
            .ok_or("the service has no certificate authority")?;
        Ok(Self {
            process,
            admin,
            ca_cert: std::fs::read(ca_file)?,
        })
    }

    /// How to call it as its admin.
    pub(crate) fn admin(&self) -> &AdminFile {
        &self.admin
    }

    /// The certificate of its authority, in PEM.
    pub(crate) fn ca_cert(&self) -> &[u8] {
        &self.ca_cert
    }

    /// The API as the admin.
    pub(crate) fn api(&self) -> Outcome<Api> {
        self.api_as(&self.admin.client_id, self.admin.client_secret.expose())
    }

    /// The API as any client.
    pub(crate) fn api_as(&self, client_id: &ClientId, secret: &str) -> Outcome<Api> {
        let credentials = Credentials::new(client_id.clone(), UnverifiedSecret::new(secret));
        let mut config = Config::new(self.admin.endpoint.clone(), credentials);
        config.ca_cert = Some(self.ca_cert.clone());
        Ok(Api::new(&config)?)
    }

    /// Asks it to stop, as a person's Ctrl-C does, and waits.
    pub(crate) async fn stop(mut self) -> Outcome<()> {
        let id = self
            .process
            .id()
            .ok_or("the service has stopped by itself")?;
        let asked = command("kill")
            .args(["-TERM", &id.to_string()])
            .status()
            .await?;
        let status = timeout(STOP, self.process.wait())
            .await
            .map_err(|_| "the service did not stop in time")??;
        if asked.success() && status.success() {
            Ok(())
        } else {
            Err("the service did not stop cleanly".into())
        }
    }
}

/// Where the authority's certificate lies.
pub(crate) fn ca_file(admin: &AdminFile) -> PathBuf {
    admin.ca_cert_file.clone().unwrap_or_default()
}
