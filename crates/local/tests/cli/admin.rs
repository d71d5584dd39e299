//! `m2m admin` against a deployment on the stand-in, and on a data directory.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use aws_types::SdkConfig;
use m2m_aws::config::StoresConfig;
use m2m_core::ports::PendingClient;
use m2m_local::serve::{AdminFile, Options, Server};
use m2m_local::stand_in::StandIn;
use m2m_testkit::SeededRandom;
use m2m_testkit::builders::{NOW, pending};
use m2m_types::admin::client::SecretStorage;
use m2m_types::audience::Audience;
use m2m_types::issuer::Issuer;
use serde_json::Value;
use tokio::net::TcpListener;

/// A deployment on a loopback port, and a directory to work in.
struct Aws {
    endpoint: String,
    sdk: SdkConfig,
    directory: tempfile::TempDir,
}

impl Aws {
    async fn start() -> Self {
        let stand_in = StandIn::memory().unwrap();
        let sdk = stand_in.sdk_config();
        m2m_aws::tables::create_table_if_missing(&sdk, &stores_config())
            .await
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(stand_in.serve(listener, std::future::pending()));
        Self {
            endpoint,
            sdk,
            directory: tempfile::tempdir().unwrap(),
        }
    }

    /// `m2m admin …` with everything named.
    async fn admin(&self, arguments: &[&str]) -> Output {
        let mut program = Command::new(env!("CARGO_BIN_EXE_m2m"));
        program
            .arg("admin")
            .args(arguments)
            .env_clear()
            .env("AWS_ENDPOINT_URL", &self.endpoint)
            .env("AWS_ACCESS_KEY_ID", "stand-in")
            .env("AWS_SECRET_ACCESS_KEY", "stand-in")
            .env("M2M_ISSUER", "https://auth.example")
            .env("M2M_TABLE", "m2m-test")
            .env("M2M_SECRET_PREFIX", "m2m/test")
            .current_dir(self.directory.path());
        tokio::task::spawn_blocking(move || program.output().unwrap())
            .await
            .unwrap()
    }

    fn file(&self, name: &str) -> std::path::PathBuf {
        self.directory.path().join(name)
    }
}

fn stores_config() -> StoresConfig {
    StoresConfig {
        table: "m2m-test".to_owned(),
        secret_prefix: "m2m/test".to_owned(),
        secret_kms_key: None,
    }
}

const REGION: [&str; 2] = ["--region", "eu-central-1"];

fn said(output: &Output) -> (bool, Value, String) {
    let told = String::from_utf8(output.stderr.clone()).unwrap();
    let printed = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (output.status.success(), printed, told)
}

fn credentials(path: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bootstrap_makes_one_admin_and_recover_another() {
    use std::os::unix::fs::PermissionsExt as _;
    let aws = Aws::start().await;
    let bootstrap = [&["bootstrap", "--json"][..], &REGION].concat();

    let (done, printed, told) = said(&aws.admin(&bootstrap).await);
    assert!(done, "{told}");
    let file = credentials(&aws.file("admin.json"));
    assert_eq!(file["endpoint"], "https://auth.example");
    assert_eq!(file["client_id"], printed["client_id"]);
    let mode = std::fs::metadata(aws.file("admin.json"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let secret = file["client_secret"].as_str().unwrap();
    assert!(!printed.to_string().contains(secret) && !told.contains(secret));

    // Again with the file there: it was done. Without it: somebody has it.
    let (done, again, _) = said(&aws.admin(&bootstrap).await);
    assert!(done && again["created"] == false && again["client_id"] == printed["client_id"]);
    let elsewhere = [&bootstrap[..], &["--out", "other.json"]].concat();
    let (done, _, told) = said(&aws.admin(&elsewhere).await);
    assert!(!done && told.contains("m2m admin recover"), "{told}");
    assert!(!aws.file("other.json").exists());

    let recover = [&["recover", "--json", "--out", "new.json"][..], &REGION].concat();
    let (done, recovered, told) = said(&aws.admin(&recover).await);
    assert!(done, "{told}");
    assert_eq!(
        recovered["other_admins"],
        serde_json::json!([printed["client_id"]])
    );
    assert_ne!(
        credentials(&aws.file("new.json"))["client_id"],
        printed["client_id"]
    );
    let (done, _, told) = said(&aws.admin(&recover).await);
    assert!(!done && told.contains("nothing is lost"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn credentials_of_a_client_that_the_table_does_not_have_are_set_aside() {
    let (other, aws) = (Aws::start().await, Aws::start().await);
    let bootstrap = [&["bootstrap"][..], &REGION].concat();
    assert!(said(&other.admin(&bootstrap).await).0);
    // Nobody in the second deployment is behind them, as after a stop between file and client; in the first
    // somebody is.
    std::fs::rename(other.file("admin.json"), aws.file("admin.json")).unwrap();
    let left = credentials(&aws.file("admin.json"));
    let (done, _, told) = said(&aws.admin(&bootstrap).await);
    assert!(done && told.contains("admin.json.old"), "{told}");
    assert_eq!(credentials(&aws.file("admin.json.old")), left);
    let made = credentials(&aws.file("admin.json"));
    assert_ne!(made["client_id"], left["client_id"]);

    // What was set aside once is not overwritten either.
    let third = Aws::start().await;
    for name in ["admin.json", "admin.json.old"] {
        std::fs::rename(aws.file(name), third.file(name)).unwrap();
    }
    let (done, _, told) = said(&third.admin(&bootstrap).await);
    assert!(!done && told.contains("not overwritten"), "{told}");
    assert_eq!(credentials(&third.file("admin.json.old")), left);
    assert_eq!(credentials(&third.file("admin.json")), made);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_there_is_no_table_no_keys_are_made() {
    let aws = Aws::start().await;
    let elsewhere = [&["bootstrap", "--table", "m2m-tset"][..], &REGION].concat();
    let (done, _, told) = said(&aws.admin(&elsewhere).await);
    assert!(!done && told.contains("m2m-tset"), "{told}");
    let secrets = aws_sdk_secretsmanager::Client::new(&aws.sdk);
    let listed = secrets.list_secrets().send().await.unwrap();
    assert_eq!(listed.secret_list(), []);
    assert!(!aws.file("admin.json").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn owners_of_iam_principals_get_no_admin_client() {
    let aws = Aws::start().await;
    for command in ["bootstrap", "recover"] {
        let of_iam = [&[command, "--owner", "iam|deploy"][..], &REGION].concat();
        let (done, _, told) = said(&aws.admin(&of_iam).await);
        assert!(!done && told.contains("iam_principals"), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_failure_left_is_repaired_and_tokens_live_on() {
    let aws = Aws::start().await;
    let bootstrap = [&["bootstrap"][..], &REGION].concat();
    assert!(said(&aws.admin(&bootstrap).await).0);
    let issuer = Issuer::parse("https://auth.example").unwrap();
    let random = Arc::new(SeededRandom::new(1));
    let stores = m2m_aws::Stores::new(&aws.sdk, &stores_config(), &issuer, random);
    let half_done = pending("half-done");
    let insert = PendingClient {
        client: &half_done,
        max_clients: None,
        max_made_a_day: u32::MAX,
        answer: None,
        now: NOW,
    };
    stores.clients.insert_pending(insert).await.unwrap();
    let generation = || async {
        let kept = stores.keys.find_signing_keys().await.unwrap();
        kept.unwrap().generation
    };
    let before = generation().await;
    let repair = [&["repair", "--json"][..], &REGION].concat();
    for undone in [1, 0] {
        let (done, repaired, told) = said(&aws.admin(&repair).await);
        assert!(done && repaired["creates_undone"] == undone, "{told}");
    }
    let found = stores.directory.find_client(&half_done.id).await.unwrap();
    assert_eq!(found.client, None);
    assert_eq!(generation().await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_other_file_is_overwritten() {
    let aws = Aws::start().await;
    std::fs::write(aws.file("admin.json"), "mine").unwrap();
    for command in ["bootstrap", "recover"] {
        let (done, _, told) = said(&aws.admin(&[&[command][..], &REGION].concat()).await);
        assert!(!done && told.contains("not overwritten"), "{told}");
    }
    assert_eq!(std::fs::read(aws.file("admin.json")).unwrap(), b"mine");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_is_recovered_where_nobody_was() {
    let aws = Aws::start().await;
    let (done, _, told) = said(&aws.admin(&[&["recover"][..], &REGION].concat()).await);
    assert!(!done && told.contains("m2m admin bootstrap"), "{told}");
    assert!(!aws.file("admin.json").exists());
}

#[test]
fn everything_that_is_not_named_is_told() {
    let output = Command::new(env!("CARGO_BIN_EXE_m2m"))
        .args(["admin", "bootstrap"])
        .env_clear()
        .output()
        .unwrap();
    let (done, _, told) = said(&output);
    assert!(
        !done && told.contains("M2M_ISSUER, M2M_TABLE, M2M_SECRET_PREFIX"),
        "{told}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_local_admin_is_recovered_when_the_server_has_stopped() {
    let aws = Aws::start().await;
    let data_dir = aws.file("data");
    let options = Options {
        issuer: Some(Issuer::parse("https://auth.example").unwrap()),
        secret_storage: SecretStorage::None,
        ..Options::new(data_dir.clone(), Audience::parse("urn:test").unwrap())
    };
    let recover = ["recover", "--data-dir", "data"];
    let (done, _, told) = said(&aws.admin(&recover).await);
    assert!(!done && told.contains("no service has run"), "{told}");

    let server = Server::start(&options).await.unwrap();
    let (done, _, told) = said(&aws.admin(&recover).await);
    assert!(!done && told.contains("in use"), "{told}");
    drop(server);

    let lost = AdminFile::read(&data_dir).unwrap();
    std::fs::remove_file(data_dir.join("admin.json")).unwrap();
    // A program that another test starts at this moment holds the lock until it has begun.
    let mut recovered = said(&aws.admin(&recover).await);
    for _ in 0..20 {
        if !recovered.2.contains("in use") {
            break;
        }
        recovered = said(&aws.admin(&recover).await);
    }
    assert!(recovered.0, "{}", recovered.2);
    let found = AdminFile::read(&data_dir).unwrap();
    assert_ne!(found.client_id, lost.client_id);
    // The next start goes on with it.
    let server = Server::start(&options).await.unwrap();
    assert_eq!(server.new_admin_file(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_restore_tells_first_and_asks_about_what_it_cannot_tell() {
    let aws = Aws::start().await;
    let bootstrap = [&["bootstrap", "--json"][..], &REGION].concat();
    let (_, made, _) = said(&aws.admin(&bootstrap).await);
    let id = made["client_id"].as_str().unwrap();
    let after_restore = [&["after-restore", "--json"][..], &REGION].concat();

    let dry_run = [&after_restore[..], &["--dry-run"]].concat();
    let (done, found, told) = said(&aws.admin(&dry_run).await);
    assert!(done && told.contains(id), "{told}");
    assert_eq!(found["cannot_be_told"], serde_json::json!([id]));

    let (done, _, told) = said(&aws.admin(&after_restore).await);
    assert!(
        !done && told.contains(id) && told.contains("--keep-others"),
        "{told}"
    );

    let decided = [&after_restore[..], &["--keep-others"]].concat();
    let (done, restored, told) = said(&aws.admin(&decided).await);
    assert!(done, "{told}");
    assert_eq!(restored["deleted"], serde_json::json!([]));
    let (done, again, told) = said(&aws.admin(&decided).await);
    assert!(done, "{told}");
    let generation = |restored: &Value| restored["generation"].as_u64().unwrap();
    assert_eq!(generation(&again), generation(&restored) + 1);
}
