//! The process of a function.

use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Instant;

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::{Outcome, RuntimeApi};

/// A running function. It ends with this value.
#[derive(Debug)]
pub struct Function {
    api: RuntimeApi,
    process: Child,
    started: Instant,
    log: Arc<watch::Sender<Vec<u8>>>,
    readers: JoinSet<()>,
}

impl Function {
    /// Starts the program with the variables that Lambda sets and those of `environment`, and no others.
    ///
    /// # Errors
    /// It cannot be started.
    pub async fn start(program: &Path, environment: &[(&str, &str)]) -> io::Result<Self> {
        let api = RuntimeApi::start().await?;
        let name = program.file_name().unwrap_or_default();
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("AWS_LAMBDA_RUNTIME_API", api.address().to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", name)
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", "emulated")
            .env("AWS_SECRET_ACCESS_KEY", "emulated")
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let started = Instant::now();
        let mut process = command.spawn()?;
        let log = Arc::new(watch::Sender::new(Vec::new()));
        let mut readers = JoinSet::new();
        if let Some(stdout) = process.stdout.take() {
            readers.spawn(keep(stdout, Arc::clone(&log)));
        }
        if let Some(stderr) = process.stderr.take() {
            readers.spawn(keep(stderr, Arc::clone(&log)));
        }
        Ok(Self {
            api,
            process,
            started,
            log,
            readers,
        })
    }

    /// The API that it polls.
    pub fn api(&self) -> &RuntimeApi {
        &self.api
    }

    /// When its process was started.
    pub fn started(&self) -> Instant {
        self.started
    }

    /// The id of its process; none: it has ended.
    pub fn process_id(&self) -> Option<u32> {
        self.process.id()
    }

    /// Hands it an event and waits for what comes of it, or for its end.
    ///
    /// # Errors
    /// It ended without an answer.
    pub async fn invoke(&mut self, event: &Value) -> io::Result<Outcome> {
        tokio::select! {
            outcome = self.api.invoke(event) => Ok(outcome),
            ended = self.process.wait() => {
                let status = ended?;
                Err(io::Error::other(format!("the function ended: {status}")))
            }
        }
    }

    /// Waits for its end and for everything that it has written.
    ///
    /// # Errors
    /// The system does not tell.
    pub async fn ended(&mut self) -> io::Result<ExitStatus> {
        let status = self.process.wait().await?;
        while self.readers.join_next().await.is_some() {}
        Ok(status)
    }

    /// What it has written so far.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&self.log.borrow()).into_owned()
    }

    /// Waits until it has written that, for ever if it does not.
    pub async fn logged(&self, text: &str) {
        let mut log = self.log.subscribe();
        let written = |log: &Vec<u8>| String::from_utf8_lossy(log).contains(text);
        // The sender lives as long as `self`.
        let _ = log.wait_for(written).await;
    }
}

async fn keep(mut from: impl AsyncRead + Unpin, log: Arc<watch::Sender<Vec<u8>>>) {
    let mut piece = [0; 4096];
    while let Ok(read @ 1..) = from.read(&mut piece).await {
        log.send_modify(|log| log.extend_from_slice(&piece[..read]));
    }
}
