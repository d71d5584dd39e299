//! `m2m clients secrets` and `m2m api-tokens`, against a service of this process.

use std::path::Path;
use std::process::{Command, Output};

use m2m_local::serve::{Options, Server};
use m2m_types::audience::Audience;
use serde_json::Value;
use tempfile::TempDir;
use tokio::task::JoinHandle;

const API: &str = "urn:test:api";

struct Service {
    home: TempDir,
    server: JoinHandle<()>,
}

impl Drop for Service {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Service {
    async fn start() -> Self {
        let home = tempfile::tempdir().unwrap();
        let audience = Audience::parse(API).unwrap();
        let options = Options::new(home.path().join(".m2m"), audience);
        let server = Server::start(&options).await.unwrap();
        let server = async move { server.run(std::future::pending()).await.unwrap() };
        Self {
            home,
            server: tokio::spawn(server),
        }
    }

    async fn run(&self, arguments: &[&str]) -> Output {
        let arguments: Vec<_> = arguments.iter().map(|&it| it.to_owned()).collect();
        let home = self.home.path().to_owned();
        let run = move || m2m(&home, &arguments);
        tokio::task::spawn_blocking(run).await.unwrap()
    }

    /// What a command prints that goes well.
    async fn prints(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments).await;
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {told}");
        String::from_utf8(output.stdout).unwrap()
    }

    async fn json(&self, arguments: &[&str]) -> Value {
        let printed = self.prints(&[arguments, &["--json"]].concat()).await;
        serde_json::from_str(&printed).unwrap()
    }

    /// What a command tells that does not.
    async fn refuses(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments).await;
        assert!(!output.status.success(), "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    }
}

fn m2m(home: &Path, arguments: &[String]) -> Output {
    let mut m2m = Command::new(env!("CARGO_BIN_EXE_m2m"));
    let m2m = m2m.args(arguments).env_clear().current_dir(home);
    m2m.output().unwrap()
}

/// The value in the line of that name.
fn field<'a>(printed: &'a str, name: &str) -> &'a str {
    let mut lines = printed.lines();
    let line = lines.find_map(|line| line.strip_prefix(name));
    line.unwrap_or_else(|| panic!("no {name} in {printed}"))
        .trim()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_secret_is_rotated_and_the_old_one_retired() {
    let service = Service::start().await;
    let made = service.json(&["clients", "create", "reports", "--scopes", "read"]);
    let made = made.await;
    let text = |member: &str| made[member].as_str().unwrap().to_owned();
    let (id, old) = (text("client_id"), text("client_secret_id"));
    let secrets = |verb| ["clients", "secrets", verb, id.as_str()];

    let rotated = service.prints(&secrets("rotate")).await;
    let new = field(&rotated, "secret_id");
    assert!(field(&rotated, "client_secret").starts_with("m2ms_"));
    let listed = service.prints(&secrets("list")).await;
    assert_eq!(listed.lines().count(), 3, "{listed}");
    assert!(listed.contains(&old) && listed.contains(new), "{listed}");
    let verdict = service.prints(&secrets("rotation")).await;
    assert!(verdict.starts_with("not safe to retire: "), "{verdict}");
    let told = service.refuses(&secrets("rotate")).await;
    assert!(told.contains("two"), "{told}");

    let cancel = [&secrets("cancel")[..], &[new]].concat();
    let kept = service.prints(&cancel).await;
    assert!(kept.contains(&old) && !kept.contains(new), "{kept}");

    let with_overlap = [&secrets("rotate")[..], &["--overlap-seconds", "600"]].concat();
    let rotated = service.prints(&with_overlap).await;
    let retire = [&secrets("retire")[..], &[&old, "--force"]].concat();
    assert_eq!(service.prints(&retire).await, "");
    let left = service.json(&secrets("list")).await;
    let left = left.as_array().unwrap().iter();
    let ids: Vec<_> = left.map(|secret| &secret["secret_id"]).collect();
    assert_eq!(ids, [field(&rotated, "secret_id")]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_api_token_is_made_listed_and_deleted() {
    let service = Service::start().await;
    let create = ["api-tokens", "create", "map", "--api", API];
    let narrow = ["--scopes", "read", "--referer", "https://maps.example"];
    let made = service.prints(&[&create[..], &narrow].concat()).await;
    assert!(field(&made, "api_token ").starts_with("m2mt_"), "{made}");
    let id = field(&made, "api_token_id");
    let listed = service.prints(&["api-tokens", "list"]).await;
    let line = listed.lines().find(|line| line.starts_with(id)).unwrap();
    assert!(line.contains("active") && line.ends_with("map"), "{line}");
    assert!(!listed.contains("m2mt_"), "{listed}");
    service.prints(&["api-tokens", "delete", id]).await;
    let left = service.json(&["api-tokens", "list"]).await;
    assert_eq!(left, serde_json::json!([]));
    let told = service.refuses(&["api-tokens", "delete", id]).await;
    assert!(told.contains("error: "), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_api_token_can_be_is_told_with_its_place() {
    let service = Service::start().await;
    let told = service.refuses(&["api-tokens", "create"]).await;
    assert!(told.contains("--api"), "{told}");
    let unknown = ["api-tokens", "create", "--api", "urn:test:nothing"];
    let told = service.refuses(&unknown).await;
    assert!(told.contains("/allowed_apis"), "{told}");
}
