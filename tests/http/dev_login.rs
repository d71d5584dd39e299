//! `m2m dev-login`: people of a local service, on the road that those of a login provider take.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use m2m_local::serve::{AdminFile, Options, Server};
use m2m_tests::call::{Answer, Call};
use m2m_tests::programs::m2m;
use m2m_tests::world::MANAGEMENT;
use m2m_tests::{jwt, service};
use m2m_types::audience::Audience;
use serde_json::json;
use tempfile::TempDir;
use tokio::task::JoinHandle;

struct Local {
    home: TempDir,
    issuer: String,
    server: JoinHandle<()>,
}

impl Drop for Local {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn start() -> Local {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(&Options::new(
        home.path().join("data"),
        Audience::parse("urn:m2m-oauth:api").unwrap(),
    ))
    .await
    .unwrap();
    Local {
        issuer: server.issuer().to_string(),
        server: tokio::spawn(async move { server.run(std::future::pending()).await.unwrap() }),
        home,
    }
}

fn dev_login(data_dir: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(m2m());
    command.arg("dev-login").args(arguments).env_clear();
    command.arg("--data-dir").arg(data_dir).output().unwrap()
}

impl Local {
    fn data(&self) -> PathBuf {
        self.home.path().join("data")
    }

    fn log_in(&self, arguments: &[&str]) -> String {
        let output = dev_login(&self.data(), arguments);
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{told}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn call(&self, method: &str, path: &str) -> Call {
        let url = format!("{}{path}", self.issuer);
        Call::new(&service::client(), method.parse().unwrap(), &url)
    }

    async fn me(&self, token: &str) -> Answer {
        self.call("GET", "/v1/me").bearer(token).send().await
    }
}

#[tokio::test]
async fn whoever_logs_in_gets_an_owner_and_makes_a_client() {
    let local = start().await;
    let token = local.log_in(&["--owner", "ada"]);
    let me = local.me(&token).await.json();
    assert_eq!(me["owner"], "local|ada");
    assert_eq!(me["organization"], "local");
    let everything = format!("{MANAGEMENT} read write");
    let ordinary = everything
        .split(' ')
        .filter(|scope| !["admin", "operator"].contains(scope));
    let ordinary: BTreeSet<_> = ordinary.collect();
    let scopes = json!(ordinary);
    assert_eq!((&me["permissions"], &me["scopes"]), (&scopes, &scopes));

    let create = local.call("POST", "/v1/clients").bearer(&token);
    let created = create
        .json(&json!({"name": "reports", "scopes": ["read"]}))
        .send()
        .await;
    assert_eq!(created.status, 201, "{}", created.text());
    let (id, secret) = (created.member("client_id"), created.member("client_secret"));
    let ask = local.call("POST", "/oauth/token").basic(&id, &secret);
    let issued = ask
        .form(&[("grant_type", "client_credentials")])
        .send()
        .await;
    assert_eq!(
        jwt::claims(&issued.member("access_token"))["sub"],
        "local|ada"
    );
}

#[tokio::test]
async fn a_login_may_what_it_says_and_the_first_owner_what_its_record_says() {
    let local = start().await;
    let narrow = local.log_in(&[
        "--owner",
        "ada",
        "--permissions",
        "clients:read refunds:write",
    ]);
    let me = local.me(&narrow).await.json();
    assert_eq!(me["permissions"], json!(["clients:read"]));
    let admin = local.log_in(&[
        "--owner",
        "local|admin",
        "--permissions",
        "admin clients:read",
    ]);
    let me = local.me(&admin).await.json();
    assert_eq!(me["owner"], "local|admin");
    assert_eq!(me["scopes"], json!(["admin", "clients:read"]));
    let permissions = me["permissions"].as_array().unwrap();
    assert!(permissions.contains(&json!("operator")), "{me}");
}

#[tokio::test]
async fn an_organization_has_to_exist() {
    let local = start().await;
    let token = local.log_in(&["--owner", "ada", "--organization", "acme"]);
    let refused = local.me(&token).await.refusal();
    assert_eq!(refused, (403, "login-organization-refused".to_owned()));
}

#[tokio::test]
async fn another_directory_logs_nobody_in() {
    let (local, other) = (start().await, start().await);
    let of_other = other.log_in(&["--owner", "admin"]);
    assert_eq!(
        local.me(&of_other).await.refusal(),
        (401, "invalid-token".to_owned())
    );
    // The other key under this service's name.
    std::fs::copy(
        other.data().join("dev-login.key"),
        local.data().join("dev-login.key"),
    )
    .unwrap();
    let forged = local.log_in(&["--owner", "admin"]);
    assert_eq!(
        local.me(&forged).await.refusal(),
        (401, "invalid-token".to_owned())
    );
}

#[tokio::test]
async fn the_key_is_its_owners_alone_and_never_published() {
    let local = start().await;
    let file = std::fs::metadata(local.data().join("dev-login.key")).unwrap();
    assert_eq!(file.permissions().mode() & 0o777, 0o600);
    for path in [
        "/dev-login",
        "/dev-login/keys",
        "/dev-login/.well-known/openid-configuration",
    ] {
        assert_eq!(local.call("GET", path).send().await.status, 404, "{path}");
    }
    let token = local.log_in(&["--owner", "ada"]);
    let kid = jwt::header(&token)["kid"].as_str().unwrap().to_owned();
    let published = local.call("GET", "/.well-known/jwks.json").send().await;
    assert!(!published.text().contains(&kid));
}

#[test]
fn who_cannot_be_logged_in_is_told_why() {
    let home = tempfile::tempdir().unwrap();
    let told = |arguments: &[&str]| {
        let output = dev_login(home.path(), arguments);
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    let nowhere = told(&["--owner", "ada"]);
    assert!(nowhere.contains("no service has run on"), "{nowhere}");
    assert!(told(&[]).contains("--owner"));
}

#[tokio::test]
async fn a_name_that_no_owner_has_is_refused_and_the_admin_client_stays_as_it_is() {
    let local = start().await;
    let output = dev_login(&local.data(), &["--owner", "a b"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        !output.status.success() && told.contains("owner must be"),
        "{told}"
    );
    let admin = AdminFile::read(&local.data()).unwrap();
    let ask = local.call("POST", "/oauth/token");
    let ask = ask.basic(admin.client_id.as_str(), admin.client_secret.expose());
    let issued = ask
        .form(&[("grant_type", "client_credentials")])
        .send()
        .await;
    assert_eq!(issued.status, 200, "{}", issued.text());
}
