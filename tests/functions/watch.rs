//! `make lambda-watch`, driven once.

use std::collections::HashSet;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use http::Method;
use m2m_tests::call::{Answer, Call};
use m2m_tests::programs::{m2m, skipped, target, workspace};
use m2m_tests::service;
use serde_json::{Value, json};
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use crate::stores::free_address;

/// How long it may take until the emulator answers, most of which is building the functions.
const START: Duration = Duration::from_secs(300);
const END: Duration = Duration::from_secs(30);

/// A page that has no business here.
const FOREIGN: &str = "https://evil.example";

/// The emulator with everything it runs; ends with this value.
struct Watch {
    script: Child,
    endpoint: String,
}

impl Drop for Watch {
    fn drop(&mut self) {
        // The script ends what it started, which a kill would not let it do.
        self.interrupt();
    }
}

impl Watch {
    async fn start(data_dir: &Path) -> Self {
        let address = free_address().await;
        let script = Command::new(workspace().join("tools/lambda-watch.sh"))
            .env("PORT", address.port().to_string())
            .env("DATA_DIR", data_dir)
            .env("M2M", m2m())
            .env("CARGO_TARGET_DIR", target())
            .stdin(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        let mut watch = Self {
            script,
            endpoint: format!("http://{address}"),
        };
        timeout(START, watch.ready()).await.unwrap();
        watch
    }

    async fn ready(&mut self) {
        let health = format!("{}/healthz", self.endpoint);
        let client = service::client();
        while client.get(&health).send().await.is_err() {
            let ended = self.script.try_wait().unwrap();
            assert!(ended.is_none(), "the script ended: {ended:?}");
            sleep(Duration::from_millis(200)).await;
        }
    }

    /// A request of a page of another origin.
    fn call(&self, method: Method, path: &str) -> Call {
        let url = format!("{}{path}", self.endpoint);
        Call::new(&service::client(), method, &url).header("origin", FOREIGN)
    }

    async fn token(&self, id: &str, secret: &str, form: &[(&str, &str)]) -> String {
        let call = self.call(Method::POST, "/oauth/token").basic(id, secret);
        let issued = call.form(form).send().await;
        assert_eq!(issued.status, 200, "{}", issued.text());
        no_page_may_read(&issued);
        issued.member("access_token")
    }

    /// Ctrl-C, which a terminal sends to the whole group.
    fn interrupt(&self) {
        if let Some(id) = self.script.id() {
            let group = format!("-{id}");
            let _ = std::process::Command::new("kill")
                .args(["-INT", "--", &group])
                .status();
        }
    }
}

fn no_page_may_read(answer: &Answer) {
    assert_eq!(answer.header("access-control-allow-origin"), None);
    assert_eq!(answer.header("access-control-allow-credentials"), None);
}

/// That process and what it started, in turn.
fn with_descendants(root: u32) -> Vec<u32> {
    let mut all = vec![root];
    let mut next = 0;
    while let Some(parent) = all.get(next).copied() {
        next += 1;
        let children = format!("/proc/{parent}/task");
        for task in std::fs::read_dir(children).into_iter().flatten().flatten() {
            let children = std::fs::read_to_string(task.path().join("children"));
            let children = children.unwrap_or_default();
            all.extend(
                children
                    .split_whitespace()
                    .map(|id| id.parse::<u32>().unwrap()),
            );
        }
    }
    all
}

/// What these processes have open, as `socket:[inode]` for sockets.
fn open_by(processes: &[u32]) -> HashSet<String> {
    let directories = processes.iter().map(|id| format!("/proc/{id}/fd"));
    directories
        .flat_map(std::fs::read_dir)
        .flatten()
        .filter_map(|entry| std::fs::read_link(entry.ok()?.path()).ok())
        .map(|path| path.to_string_lossy().into_owned())
        .collect()
}

/// The addresses on which these processes listen, as the kernel writes them.
fn listening(processes: &[u32]) -> Vec<String> {
    let open = open_by(processes);
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(std::fs::read_to_string);
    let tables = tables.into_iter().flatten().collect::<String>();
    tables
        .lines()
        .filter_map(|line| {
            let fields: Vec<_> = line.split_whitespace().collect();
            // 0A: it listens.
            let listens = fields.get(3) == Some(&"0A");
            let socket = format!("socket:[{}]", fields.get(9)?);
            (listens && open.contains(&socket)).then(|| fields[1].to_owned())
        })
        .collect()
}

#[tokio::test]
async fn the_emulator_serves_the_paths_of_production_to_this_machine_alone() {
    if !workspace().join(".venv/bin/cargo-lambda").is_file() {
        skipped("cargo-lambda is not in .venv, which `make .venv` makes");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let data_dir = directory.path().join("data");
    let mut watch = Watch::start(&data_dir).await;

    let metadata = watch.call(Method::GET, "/.well-known/oauth-authorization-server");
    let metadata = metadata.send().await;
    assert_eq!(metadata.member("issuer"), watch.endpoint);
    // Any page may read what is public; the emulator's CORS would say that page's origin.
    assert_eq!(metadata.header("access-control-allow-origin"), Some("*"));
    assert_eq!(metadata.header("access-control-allow-credentials"), None);
    makes_a_client_that_gets_tokens(&watch, &data_dir.join("admin.json")).await;

    let processes = with_descendants(watch.script.id().unwrap());
    let listening = listening(&processes);
    // 127.0.0.1, byte by byte from the last: the emulator's and the stand-in's.
    assert_eq!(listening.len(), 2, "{listening:?}");
    let is_loopback = |address: &String| address.starts_with("0100007F:");
    assert!(listening.iter().all(is_loopback), "{listening:?}");

    watch.interrupt();
    let ended = timeout(END, watch.script.wait()).await;
    assert!(ended.is_ok(), "Ctrl-C did not end it");
    let left = |id: &&u32| Path::new(&format!("/proc/{id}")).exists();
    for _ in 0..100 {
        if !processes.iter().any(|id| left(&id)) {
            return;
        }
        sleep(Duration::from_millis(100)).await;
    }
    let left: Vec<_> = processes.iter().filter(left).collect();
    assert!(left.is_empty(), "Ctrl-C left {left:?}");
}

async fn makes_a_client_that_gets_tokens(watch: &Watch, admin_file: &Path) {
    let mode = std::fs::metadata(admin_file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let admin: Value = serde_json::from_slice(&std::fs::read(admin_file).unwrap()).unwrap();
    let member = |name: &str| admin[name].as_str().unwrap().to_owned();
    let resource = format!("{}/v1", watch.endpoint);
    let form = [
        ("grant_type", "client_credentials"),
        ("resource", resource.as_str()),
    ];
    let (id, secret) = (member("client_id"), member("client_secret"));
    let token = watch.token(&id, &secret, &form).await;

    let create = watch.call(Method::POST, "/v1/clients").bearer(&token);
    let body = json!({"name": "reports", "scopes": ["read"]});
    let created = create.json(&body).send().await;
    assert_eq!(created.status, 201, "{}", created.text());
    no_page_may_read(&created);
    let (id, secret) = (created.member("client_id"), created.member("client_secret"));
    watch.token(&id, &secret, &form[..1]).await;
}
