//! The servers under test, each pinned to one core.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use m2m_client::{Api, Config, Credentials, TokenQuery};
use m2m_core::keys::SigningAlgorithm;
use m2m_core::random::{Random, SystemRandom};
use m2m_local::serve::AdminFile;
use m2m_types::admin::client::CreateClient;
use m2m_types::client_id::ClientId;
use m2m_types::client_secret::ClientSecret;
use m2m_types::idempotency_key::IdempotencyKey;
use m2m_types::names::ClientName;
use m2m_types::token_request::UnverifiedSecret;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::Outcome;

/// How long a server may take to start.
const START: Duration = Duration::from_secs(20);

/// What the load presents.
pub(crate) struct ClientCredentials {
    pub(crate) client_id: ClientId,
    pub(crate) client_secret: ClientSecret,
}

/// A running server; it ends with the bench.
pub(crate) struct Server {
    process: Child,
    address: String,
    admin: Option<AdminFile>,
    first_token: Duration,
}

impl Server {
    /// The service as a user starts it, its log in a file.
    pub(crate) async fn service(
        binaries: &Path,
        directory: &Path,
        algorithm: SigningAlgorithm,
    ) -> Outcome<Self> {
        let data_dir = directory.join("data");
        let log = std::fs::File::create(directory.join("log"))?;
        let arguments = |command: &mut Command| {
            command.args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--signing-alg",
                algorithm.as_str(),
                "--data-dir",
            ]);
            command.arg(&data_dir).stderr(log);
        };
        let started = Instant::now();
        let (process, address) = start(&binaries.join("m2m"), arguments).await?;
        let admin = AdminFile::read(&data_dir)?;
        api(&admin)?.access_token(&TokenQuery::default()).await?;
        Ok(Self {
            process,
            address,
            admin: Some(admin),
            first_token: started.elapsed(),
        })
    }

    /// The same HTTP stack with nothing but a signature.
    pub(crate) async fn ceiling(binaries: &Path, algorithm: SigningAlgorithm) -> Outcome<Self> {
        let arguments = |command: &mut Command| {
            command.args(["--signing-alg", algorithm.as_str()]);
        };
        let (process, address) = start(&binaries.join("m2m-bench-ceiling"), arguments).await?;
        Ok(Self {
            process,
            address,
            admin: None,
            first_token: Duration::ZERO,
        })
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// From the start of the process to the first token in hand, on an empty data directory.
    pub(crate) fn first_token_milliseconds(&self) -> f64 {
        self.first_token.as_secs_f64() * 1000.0
    }

    /// The peak of what the process has in memory.
    pub(crate) fn resident_mebibytes(&self) -> Outcome<f64> {
        let id = self
            .process
            .id()
            .ok_or("the server has stopped by itself")?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let peak = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .ok_or("the system does not tell")?;
        Ok(peak.trim().trim_end_matches(" kB").parse::<f64>()? / 1024.0)
    }

    /// A token of that client, for the default audience.
    pub(crate) async fn token(&self, client: &ClientCredentials) -> Outcome<String> {
        let admin = self.admin.as_ref().ok_or("the ceiling has no clients")?;
        let secret = UnverifiedSecret::new(client.client_secret.expose());
        let query = TokenQuery {
            credentials: Some(Credentials::new(client.client_id.clone(), secret)),
            ..TokenQuery::default()
        };
        Ok(api(admin)?.access_token(&query).await?.expose().to_owned())
    }

    /// An ordinary client, as its owner makes one with just a name.
    pub(crate) async fn create_client(&self) -> Outcome<ClientCredentials> {
        let admin = self.admin.as_ref().ok_or("the ceiling has no clients")?;
        let request = CreateClient::named(ClientName::parse("bench")?);
        let random: &dyn Random = &SystemRandom;
        let key = IdempotencyKey::from_random_bytes(&random.bytes());
        let created = api(admin)?.create_client(&request, &key).await?.body;
        Ok(ClientCredentials {
            client_id: created.client.client_id,
            client_secret: created
                .secret
                .ok_or("the new client has no secret")?
                .client_secret,
        })
    }
}

fn api(admin: &AdminFile) -> Outcome<Api> {
    let secret = UnverifiedSecret::new(admin.client_secret.expose());
    Ok(Api::new(&Config::new(
        admin.endpoint.clone(),
        Credentials::new(admin.client_id.clone(), secret),
    ))?)
}

/// Starts a server on core 0; its first line ends with its address.
async fn start(binary: &Path, arguments: impl FnOnce(&mut Command)) -> Outcome<(Child, String)> {
    let mut command = Command::new("taskset");
    command
        .args(["-c", "0"])
        .arg(binary)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .kill_on_drop(true);
    arguments(&mut command);
    let mut process = command.spawn()?;
    let stdout = process.stdout.take().ok_or("the server has no output")?;
    let mut lines = BufReader::new(stdout).lines();
    let first = timeout(START, lines.next_line())
        .await
        .map_err(|_| "the server did not start in time")??;
    let address = first
        .as_deref()
        .and_then(|line| line.split(' ').next_back())
        .ok_or("the server did not start")?;
    Ok((process, address.to_owned()))
}
