//! The emulator of AWS: ministack, in a process of its own, started by `emulator.py` beside this file.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use m2m_tests::programs::{self, skipped};
use tempfile::TempDir;

/// The account that it plays.
pub(crate) const ACCOUNT: &str = "111122223333";

/// The region.
pub(crate) const REGION: &str = "us-east-1";

/// How often to look whether it is up, and whether it is down.
const PAUSE: Duration = Duration::from_millis(50);

/// How many pauses to have patience for.
const PATIENCE: usize = 600;

/// An emulator that enforces signatures and policies; it ends with the value, and so do the functions in it.
pub(crate) struct Ministack {
    process: Child,
    directory: TempDir,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl Ministack {
    /// Starts it and waits until it answers; functions call AWS at `endpoint`. `None` without it.
    pub(crate) async fn start(endpoint: &str) -> Option<Self> {
        let python = programs::workspace().join(".venv/bin/python");
        if !python.with_file_name("ministack").exists() {
            skipped("ministack is not in .venv, which `make .venv` makes");
            return None;
        }
        let directory = TempDir::new().unwrap();
        let address = free_address();
        let log = File::create(directory.path().join("ministack.log")).unwrap();
        let process = Command::new(python)
            .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("aws/emulator.py"))
            .current_dir(directory.path())
            .env_clear()
            .env("HOME", directory.path())
            .env("TMPDIR", directory.path())
            .env("BIND_HOST", address.ip().to_string())
            .env("GATEWAY_PORT", address.port().to_string())
            .env("AUTH", "true")
            .env("MINISTACK_ACCOUNT_ID", ACCOUNT)
            // So that an API has the host that it would have in AWS.
            .env("MINISTACK_HOST", format!("{REGION}.amazonaws.com"))
            // What it gives to functions.
            .env("AWS_ENDPOINT_URL", endpoint)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .process_group(0)
            .spawn()
            .unwrap();
        let mut ministack = Self {
            process,
            directory,
            address,
        };
        ministack.wait_until_up().await;
        Some(ministack)
    }

    /// What it wrote so far.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.directory.path().join("ministack.log")).unwrap()
    }

    async fn wait_until_up(&mut self) {
        let health = format!("http://{}/_ministack/health", self.address);
        for _ in 0..PATIENCE {
            if reqwest::get(&health).await.is_ok() {
                return;
            }
            let ended = self.process.try_wait().unwrap();
            assert!(ended.is_none(), "ministack ended: {}", self.log());
            tokio::time::sleep(PAUSE).await;
        }
        panic!("ministack does not answer: {}", self.log());
    }
}

/// Ends the whole group: the functions run in processes of their own.
impl Drop for Ministack {
    fn drop(&mut self) {
        let group = format!("-{}", self.process.id());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
        let _ = self.process.wait();
    }
}

/// A port that nobody has. Between here and the start of the program somebody might take it; then the start fails.
fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    listener.local_addr().unwrap()
}
