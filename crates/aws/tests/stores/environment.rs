//! A program of its own, told by its environment where AWS is.

use std::process::Command;

use m2m_aws::sdk_config;
use m2m_aws::tables::create_table_if_missing;
use m2m_local::stand_in::StandIn;
use m2m_testkit::builders::pending;
use tokio::net::TcpListener;

use crate::support::{config, stores_without_table};

/// Set in the program that the test starts: this one, told to run one test only.
const STARTED: &str = "M2M_TEST_STARTED_WITH_ENVIRONMENT";

/// What the started program does; nothing when all tests are run.
#[tokio::test]
async fn started_with_an_environment() {
    if std::env::var_os(STARTED).is_none() {
        return;
    }
    let stores = stores_without_table(&sdk_config().await);
    stores.resource_servers.list().await.unwrap();
    assert!(stores.keys.find_root().await.unwrap().is_none());
    let id = pending("payments").id;
    assert!(
        stores
            .directory
            .find_client(&id)
            .await
            .unwrap()
            .client
            .is_none()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_environment_says_where_aws_is() {
    let stand_in = StandIn::memory().unwrap();
    create_table_if_missing(&stand_in.sdk_config(), &config())
        .await
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(stand_in.serve(listener, std::future::pending()));
    let mut program = Command::new(std::env::current_exe().unwrap());
    program
        .args(["--exact", "environment::started_with_an_environment"])
        .env_clear()
        .env(STARTED, "1")
        .env("AWS_ENDPOINT_URL", format!("http://{address}"))
        .env("AWS_REGION", "eu-central-1")
        .env("AWS_ACCESS_KEY_ID", "stand-in")
        .env("AWS_SECRET_ACCESS_KEY", "stand-in");
    let output = tokio::task::spawn_blocking(move || program.output().unwrap());
    let output = output.await.unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}"
    );
}
