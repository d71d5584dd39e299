//! A service of its own for a test.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::mpsc;
use std::thread::JoinHandle;

use m2m_client::{Api, Config, Credentials};
use m2m_local::serve::{AdminFile, Options, Server};
use m2m_types::admin::client::{ClientView, CreatedClient, PatchClient};
use m2m_types::audience::Audience;
use m2m_types::client_id::ClientId;
use m2m_types::idempotency_key::IdempotencyKey;
use m2m_types::scope::ScopeSet;
use m2m_types::token_request::UnverifiedSecret;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

/// `m2m serve` on a data directory of its own; it ends with the value.
pub(crate) struct Service {
    running: Option<Running>,
    data: TempDir,
    pub(crate) admin: AdminFile,
    runtime: Runtime,
    api: Api,
}

struct Running {
    stop: oneshot::Sender<()>,
    thread: JoinHandle<()>,
}

impl Service {
    /// On a free loopback port, with an owner who may read and write orders.
    pub(crate) fn start() -> Self {
        Self::start_with(false)
    }

    /// The same over HTTPS.
    pub(crate) fn start_with_tls() -> Self {
        Self::start_with(true)
    }

    fn start_with(tls: bool) -> Self {
        let data = TempDir::new().unwrap();
        let running = serve(options(data.path(), "127.0.0.1:0", tls));
        let admin = AdminFile::read(data.path()).unwrap();
        let secret = UnverifiedSecret::new(admin.client_secret.expose());
        let credentials = Credentials::new(admin.client_id.clone(), secret);
        let mut config = Config::new(admin.endpoint.clone(), credentials);
        config.ca_cert = admin
            .ca_cert_file
            .as_ref()
            .map(|path| fs::read(path).unwrap());
        Self {
            running: Some(running),
            data,
            api: Api::new(&config).unwrap(),
            admin,
            runtime: runtime(),
        }
    }

    /// Stops it and frees its port.
    pub(crate) fn stop(&mut self) {
        if let Some(running) = self.running.take() {
            let _ = running.stop.send(());
            running.thread.join().unwrap();
        }
    }

    /// Starts it again where it was.
    pub(crate) fn restart(&mut self) {
        self.running = Some(serve(options(self.data.path(), &self.address(), false)));
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> String {
        let endpoint = self.admin.endpoint.as_str();
        endpoint.split_once("://").unwrap().1.to_owned()
    }

    /// The settings of a provider that acts as the admin.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let mut environment = self.environment_of(
            self.admin.client_id.as_str(),
            self.admin.client_secret.expose(),
        );
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
        self.stop();
    }
}

fn options(data: &Path, listen: &str, tls: bool) -> Options {
    Options {
        listen: listen.parse::<SocketAddr>().unwrap(),
        tls,
        permissions: Some(ScopeSet::parse("orders:read orders:write").unwrap()),
        ..Options::new(data.to_owned(), Audience::parse("urn:test:orders").unwrap())
    }
}

/// Serves on a thread of its own, and returns when the service is ready.
fn serve(options: Options) -> Running {
    let (stop, stopped) = oneshot::channel::<()>();
    let (ready, is_ready) = mpsc::channel();
    let thread = std::thread::spawn(move || {
        runtime().block_on(async {
            let server = Server::start(&options).await.unwrap();
            ready.send(()).unwrap();
            let stopped = async {
                let _ = stopped.await;
            };
            server.run(stopped).await.unwrap();
        });
    });
    is_ready.recv().unwrap();
    Running { stop, thread }
}

fn runtime() -> Runtime {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().unwrap()
}
