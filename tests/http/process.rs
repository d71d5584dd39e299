//! The program `m2m serve`: killed, stopped, started where it must not.

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::{Duration, Instant};

use m2m_local::serve::AdminFile;
use m2m_tests::call::{Answer, Call};
use m2m_tests::programs::m2m;
use m2m_tests::service;
use serde_json::json;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

/// How long a restart may take.
const A_SECOND: Duration = Duration::from_secs(1);

fn serve(data_dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(m2m());
    command
        .args(["serve", "--data-dir"])
        .arg(data_dir)
        .args(arguments)
        .env_clear()
        .env("AWS_LC_SYS_NO_JITTER_ENTROPY", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// A server that is ready.
struct Running {
    child: Child,
    stdout: Lines<BufReader<ChildStdout>>,
    issuer: String,
    started_in: Duration,
}

impl Running {
    async fn start(data_dir: &Path, listen: &str) -> Self {
        m2m();
        let begun = Instant::now();
        let mut child = serve(data_dir, &["--listen", listen]).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = stdout.next_line().await.unwrap().unwrap();
        Self {
            issuer: line.strip_prefix("m2m-oauth serves ").unwrap().to_owned(),
            started_in: begun.elapsed(),
            stdout,
            child,
        }
    }

    fn address(&self) -> &str {
        self.issuer.strip_prefix("http://").unwrap()
    }

    fn call(&self, method: http::Method, path: &str) -> Call {
        Call::new(
            &service::client(),
            method,
            &format!("{}{path}", self.issuer),
        )
    }

    async fn token(&self, id: &str, secret: &str, more: &[(&str, &str)]) -> Answer {
        let mut form = vec![("grant_type", "client_credentials")];
        form.extend_from_slice(more);
        let call = self.call(http::Method::POST, "/oauth/token");
        call.basic(id, secret).form(&form).send().await
    }

    async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    async fn terminate(mut self) -> std::process::ExitStatus {
        let id = self.child.id().unwrap().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status().await;
        assert!(asked.unwrap().success());
        // The pipe stays open until the end, so that nothing written to it can fail.
        while self.stdout.next_line().await.unwrap().is_some() {}
        self.child.wait().await.unwrap()
    }
}

fn data_dir() -> (TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("data");
    (directory, path)
}

/// What a start that must fail says.
async fn refused(data_dir: &Path, arguments: &[&str]) -> String {
    let Output { status, stderr, .. } = serve(data_dir, arguments).output().await.unwrap();
    assert_eq!(status.code(), Some(1));
    String::from_utf8(stderr).unwrap()
}

#[tokio::test]
async fn what_was_acknowledged_survives_kill_9_and_a_restart_is_quick() {
    let (_guard, data_dir) = data_dir();
    let mut server = Running::start(&data_dir, "127.0.0.1:0").await;
    let listen = server.address().to_owned();
    let admin = AdminFile::read(&data_dir).unwrap();
    let (mut made, mut restarts) = (Vec::new(), Vec::new());
    for round in 0..3 {
        let token = server
            .token(admin.client_id.as_str(), admin.client_secret.expose(), &[])
            .await;
        let token = token.member("access_token");
        let call = server
            .call(http::Method::POST, "/v1/clients")
            .bearer(&token);
        let body = json!({ "name": format!("client {round}") });
        let created = call.json(&body).send().await;
        assert_eq!(created.status, 201, "{}", created.text());
        // At the moment of the answer.
        server.kill().await;
        made.push((created.member("client_id"), created.member("client_secret")));
        server = Running::start(&data_dir, &listen).await;
        restarts.push(server.started_in);
        for (id, secret) in &made {
            assert_eq!(server.token(id, secret, &[]).await.status, 200, "{round}");
        }
        let list = server.call(http::Method::GET, "/v1/clients").bearer(&token);
        let list = list.send().await.json();
        let listed = list["items"].as_array().unwrap().len();
        assert_eq!(listed, made.len() + 1, "the admin and what was made");
    }
    // The machine may be busy with other tests now and then, but not always.
    assert!(restarts.iter().min() < Some(&A_SECOND), "{restarts:?}");
    server.kill().await;
}

#[tokio::test]
async fn a_delete_survives_kill_9() {
    let (_guard, data_dir) = data_dir();
    let server = Running::start(&data_dir, "127.0.0.1:0").await;
    let listen = server.address().to_owned();
    let admin = AdminFile::read(&data_dir).unwrap();
    let token = server
        .token(admin.client_id.as_str(), admin.client_secret.expose(), &[])
        .await;
    let token = token.member("access_token");
    let call = server
        .call(http::Method::POST, "/v1/clients")
        .bearer(&token);
    let created = call.json(&json!({"name": "x"})).send().await;
    let (id, secret) = (created.member("client_id"), created.member("client_secret"));
    assert_eq!(server.token(&id, &secret, &[]).await.status, 200);
    let path = format!("/v1/clients/{id}");
    let deleted = server
        .call(http::Method::DELETE, &path)
        .bearer(&token)
        .send()
        .await;
    assert_eq!(deleted.status, 204);
    server.kill().await;
    let server = Running::start(&data_dir, &listen).await;
    assert_eq!(server.token(&id, &secret, &[]).await.status, 401);
    server.kill().await;
}

#[tokio::test]
async fn a_second_server_a_taken_port_and_another_issuer_are_refused() {
    let (_guard, first_dir) = data_dir();
    let server = Running::start(&first_dir, "127.0.0.1:0").await;
    let listen = server.address().to_owned();
    let shown = first_dir.display().to_string();

    let second = refused(&first_dir, &["--listen", "127.0.0.1:0"]).await;
    assert!(
        second.contains(&shown) && second.contains("error: "),
        "{second}"
    );
    assert!(
        second.contains("another") || second.contains("in use"),
        "{second}"
    );

    let (_guard, other_dir) = data_dir();
    let taken = refused(&other_dir, &["--listen", &listen]).await;
    assert!(
        taken.contains(&format!("cannot listen on {listen}")),
        "{taken}"
    );
    assert!(!other_dir.exists(), "a refused start leaves nothing");

    // The first was disturbed by none of it.
    let healthy = server.call(http::Method::GET, "/healthz").send().await;
    assert_eq!(healthy.status, 200);
    let issuer = server.issuer.clone();
    server.kill().await;

    let other = refused(
        &first_dir,
        &["--listen", &listen, "--issuer", "https://other.example"],
    )
    .await;
    assert!(
        other.contains(&issuer) && other.contains("https://other.example"),
        "{other}"
    );
    assert!(other.contains("--change-issuer"), "{other}");
    // The lock of the killed server and the refused starts are no obstacle.
    let server = Running::start(&first_dir, &listen).await;
    assert_eq!(server.issuer, issuer);
    server.kill().await;
}

#[tokio::test]
async fn another_issuer_is_taken_when_asked_for_and_kills_the_tokens() {
    let (_guard, data_dir) = data_dir();
    let server = Running::start(&data_dir, "127.0.0.1:0").await;
    let listen = server.address().to_owned();
    let admin = AdminFile::read(&data_dir).unwrap();
    let (id, secret) = (admin.client_id.as_str(), admin.client_secret.expose());
    let before = server.token(id, secret, &[]).await.member("access_token");
    server.kill().await;
    let issuer = "http://localhost:1";
    let mut child = serve(
        &data_dir,
        &["--listen", &listen, "--issuer", issuer, "--change-issuer"],
    )
    .spawn()
    .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = stdout.next_line().await.unwrap().unwrap();
    assert_eq!(line, format!("m2m-oauth serves {issuer}"));
    let moved = Running {
        child,
        stdout,
        issuer: format!("http://{listen}"),
        started_in: Duration::ZERO,
    };
    let me = |token: String| {
        moved
            .call(http::Method::GET, "/v1/me")
            .bearer(&token)
            .send()
    };
    assert_eq!(me(before).await.status, 401);
    let after = moved.token(id, secret, &[]).await.member("access_token");
    assert_eq!(me(after).await.member("issuer"), issuer);
    assert_eq!(
        AdminFile::read(&data_dir).unwrap().endpoint.as_str(),
        issuer
    );
    moved.kill().await;
}

#[tokio::test]
async fn sigterm_stops_gracefully() {
    let (_guard, data_dir) = data_dir();
    let server = Running::start(&data_dir, "127.0.0.1:0").await;
    assert_eq!(server.terminate().await.code(), Some(0));
}

#[tokio::test]
async fn the_admin_file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let (_guard, data_dir) = data_dir();
    let server = Running::start(&data_dir, "127.0.0.1:0").await;
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&data_dir), 0o700);
    for entry in std::fs::read_dir(&data_dir).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
    server.kill().await;
}

#[tokio::test]
async fn nothing_secret_is_written_even_at_trace() {
    let (_guard, data_dir) = data_dir();
    let mut command = serve(&data_dir, &["--listen", "127.0.0.1:0", "--log", "trace"]);
    let written = data_dir.with_extension("log");
    let file = std::fs::File::create(&written).unwrap();
    let mut child = command.stderr(file).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
    let line = stdout.next_line().await.unwrap().unwrap();
    let server = Running {
        issuer: line.strip_prefix("m2m-oauth serves ").unwrap().to_owned(),
        started_in: Duration::ZERO,
        stdout,
        child,
    };
    let admin = AdminFile::read(&data_dir).unwrap();
    let (id, secret) = (admin.client_id.as_str(), admin.client_secret.expose());
    let token = server.token(id, secret, &[]).await.member("access_token");
    let call = server
        .call(http::Method::POST, "/v1/clients")
        .bearer(&token);
    let created = call.json(&json!({"name": "x"})).send().await;
    let path = format!(
        "/v1/clients/{}/secrets/{}/value",
        created.member("client_id"),
        created.member("client_secret_id")
    );
    let call = server.call(http::Method::GET, &path).bearer(&token);
    assert_eq!(call.send().await.status, 200);
    server.token(secret, id, &[]).await;
    assert_eq!(server.terminate().await.code(), Some(0));

    let log = std::fs::read_to_string(&written).unwrap();
    assert!(log.contains("token issued") && log.contains("secret revealed"));
    let keys = ["pkcs8", "m2ms_", "PRIVATE KEY"].map(str::to_owned);
    for canary in keys.into_iter().chain([token]) {
        let line = log.lines().find(|line| line.contains(&canary));
        assert_eq!(line, None, "{canary}");
    }
}
