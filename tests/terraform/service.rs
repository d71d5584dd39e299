//! A service of its own for a test.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use m2m_client::{Api, Config, Credentials};
use m2m_types::admin::client::{ClientView, CreatedClient, PatchClient};
use m2m_types::client_id::ClientId;
use m2m_types::idempotency_key::IdempotencyKey;
use m2m_types::issuer::Issuer;
use m2m_types::token_request::UnverifiedSecret;
use serde::Deserialize;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::binaries;

/// What `m2m serve` writes for its admin.
#[derive(Deserialize)]
pub(crate) struct Admin {
    pub(crate) endpoint: Issuer,
    pub(crate) client_id: ClientId,
    pub(crate) client_secret: String,
    pub(crate) ca_cert_file: Option<PathBuf>,
}

/// A running service; it ends with the value.
pub(crate) struct Service {
    process: Child,
    data: TempDir,
    pub(crate) admin: Admin,
    runtime: Runtime,
    api: Api,
}

impl Service {
    /// On a free loopback port, with an owner who may read and write orders.
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    /// The same with further arguments.
    pub(crate) fn start_with(arguments: &[&str]) -> Self {
        let data = TempDir::new().unwrap();
        let process = serve(data.path(), "127.0.0.1:0", arguments);
        let admin: Admin =
            serde_json::from_slice(&fs::read(data.path().join("admin.json")).unwrap()).unwrap();
        let secret = UnverifiedSecret::new(admin.client_secret.as_str());
        let credentials = Credentials::new(admin.client_id.clone(), secret);
        let mut config = Config::new(admin.endpoint.clone(), credentials);
        config.ca_cert = admin
            .ca_cert_file
            .as_ref()
            .map(|path| fs::read(path).unwrap());
        Self {
            process,
            data,
            api: Api::new(&config).unwrap(),
            admin,
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap(),
        }
    }

    /// Stops it as a power cut does.
    pub(crate) fn stop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Starts it again where it was.
    pub(crate) fn restart(&mut self) {
        self.process = serve(self.data.path(), &self.address(), &[]);
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> String {
        let endpoint = self.admin.endpoint.as_str();
        endpoint.split_once("://").unwrap().1.to_owned()
    }

    /// The settings of a provider that acts as the admin.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let mut environment =
            self.environment_of(self.admin.client_id.as_str(), &self.admin.client_secret);
        if let Some(path) = &self.admin.ca_cert_file {
            environment.push(("M2M_CA_CERT_FILE".to_owned(), path.display().to_string()));
        }
        environment
    }

    /// The settings of a provider that acts as another client.
    pub(crate) fn environment_of(&self, id: &str, secret: &str) -> Vec<(String, String)> {
        [
            ("M2M_ENDPOINT", self.admin.endpoint.as_str()),
            ("M2M_CLIENT_ID", id),
            ("M2M_CLIENT_SECRET", secret),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    /// Makes a client outside of Terraform; `body` is that of `POST /v1/clients`.
    pub(crate) fn create(&self, body: serde_json::Value) -> CreatedClient {
        let body = serde_json::from_value(body).unwrap();
        let name = format!("{:032}", self.clients().len());
        let key = IdempotencyKey::parse(&name).unwrap();
        self.runtime
            .block_on(self.api.create_client(&body, &key))
            .unwrap()
            .body
    }

    /// Changes a client outside of Terraform.
    pub(crate) fn patch(&self, id: &str, patch: serde_json::Value) {
        let patch: PatchClient = serde_json::from_value(patch).unwrap();
        let id = ClientId::parse(id).unwrap();
        self.runtime
            .block_on(self.api.patch_client(&id, &patch, None))
            .unwrap();
    }

    /// Deletes a client outside of Terraform.
    pub(crate) fn delete(&self, id: &str) {
        let id = ClientId::parse(id).unwrap();
        self.runtime.block_on(self.api.delete_client(&id)).unwrap();
    }

    /// All clients but the admin.
    pub(crate) fn clients(&self) -> Vec<ClientView> {
        let mut clients = self.runtime.block_on(self.api.all_clients()).unwrap();
        clients.retain(|client| client.client_id != self.admin.client_id);
        clients
    }

    /// The value of a client's newest secret.
    pub(crate) fn secret_of(&self, id: &str) -> String {
        let id = ClientId::parse(id).unwrap();
        let secrets = self.runtime.block_on(self.api.list_secrets(&id)).unwrap();
        let newest = secrets
            .iter()
            .max_by_key(|secret| secret.created_at)
            .unwrap();
        let revealed = self
            .runtime
            .block_on(self.api.reveal_secret(&id, &newest.secret_id))
            .unwrap();
        revealed.client_secret.expose().to_owned()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Starts the program and waits until it says that it serves.
fn serve(data: &Path, listen: &str, arguments: &[&str]) -> Child {
    let log = data.join("log");
    let mut process = Command::new(binaries::m2m())
        .args([
            "serve",
            "--permissions",
            "orders:read orders:write",
            "--listen",
            listen,
        ])
        .arg("--data-dir")
        .arg(data)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let (send, receive) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        while let Some(Ok(line)) = lines.next() {
            let _ = send.send(line);
        }
    });
    // The admin file is written before the first line.
    match receive.recv_timeout(Duration::from_secs(60)) {
        Ok(_) => process,
        Err(_) => panic!(
            "m2m serve did not start: {}",
            fs::read_to_string(log).unwrap()
        ),
    }
}
